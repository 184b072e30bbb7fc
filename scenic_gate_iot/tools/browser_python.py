"""The Python that a handheld runs in its browser: the sources themselves, under one checksum."""

import hashlib
import json
from functools import cache
from pathlib import Path

_ADDONS = Path(__file__).resolve().parents[2]
_SHIMS = _ADDONS / "scenic_gate_iot/static/python"
_GATE = (
    *("claim_rules", "clock", "config", "credential", "effects", "entry", "facts", "handheld"),
    *("handheld_claim", "judge", "lan_config", "past", "scan", "sound_config"),
)


def sources():
    """Return {module: source}; the decision package is the one that server and boxes import."""
    rules = _ADDONS / "scenic_ticketing/iot_handlers/scenic_rules"
    gate = _ADDONS / "scenic_gate_iot/iot_handlers/scenic_gate"
    found = {"iot_handlers": "", "iot_handlers.scenic_rules": "", "iot_handlers.scenic_gate": ""}
    for path in sorted(rules.glob("[a-z]*.py")):
        found[f"iot_handlers.scenic_rules.{path.stem}"] = path.read_text()
    for name in _GATE:
        found[f"iot_handlers.scenic_gate.{name}"] = (gate / f"{name}.py").read_text()
    for path in sorted(_SHIMS.rglob("*.py")):
        parts = path.relative_to(_SHIMS).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text()
    return found


@cache
def bundle():
    """Return (bytes as JSON, hash)."""
    data = json.dumps(sources(), separators=(",", ":"), sort_keys=True).encode()
    return data, hashlib.sha256(data).hexdigest()[:16]
