"""Options of the terminals that speak HTTP; see ``driver_specs.py``."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network

from .driver_options import Option, Problem, Spec, milliseconds, whole

TEXT = Option("text")
# what each profile cannot do without
_NEEDS = {"vgdecode": "path", "face": "path", "uface": "path", "zk_push": "sn", "hik_isapi": "path"}
_PATHS = ("/iclock/",)  # of push devices: no other may have them


def _check(options: Mapping) -> list[Problem]:
    profile = options.get("profile")
    if profile not in _NEEDS:
        return [Problem("profile", "missing", ", ".join(sorted(_NEEDS)))]
    need = _NEEDS[profile]
    if not options.get(need) and not options.get("stream"):
        return [Problem(need, "missing")]
    path = str(options.get("path") or "/")
    if not path.startswith("/") or path.startswith(_PATHS) or "?" in path:
        return [Problem("path", "text", "/gate/7")]
    return _numbers(options) or addresses(options)


def _numbers(options: Mapping) -> list[Problem]:
    for name in ("ask", "passed"):
        try:
            [int(part, 0) for part in str(options.get(name) or "0").split(",")]
        except ValueError:
            return [Problem(name, "text", "0, 27")]
    return []


def addresses(options: Mapping) -> list[Problem]:
    """Check who may call."""
    try:
        for part in str(options.get("allowed_ips") or "127.0.0.1").split(","):
            ip_network(part.strip(), strict=False)
    except ValueError:
        return [Problem("allowed_ips", "text", "10.0.0.8, 10.0.1.0/24")]
    return []


SPEC = Spec(
    ("reader", "barrier", "terminal"),
    ("http://", "https://"),
    {
        "profile": Option("choice", choices=tuple(sorted(_NEEDS))),
        "port": whole(1024, 65_535),
        "tls": Option("flag"),
        "path": TEXT,
        "allowed_ips": TEXT,
        "answer_ms": milliseconds(10_000),
        "max_age_s": Option("number", 0, 86_400),
        "heartbeat_s": Option("number", 1, 3600),
        "user": TEXT,
        "number": TEXT,
        "raw": Option("flag"),
        "device_key": TEXT,
        "repeat_s": Option("number", 0, 600),
        "speak": Option("flag"),
        "sn": TEXT,
        "door": whole(1, 255),
        "seconds": whole(1, 254),
        "poll_s": whole(1, 30),
        "auth": Option("flag"),
        "utc_offset": Option("number", -12, 14),
        "ask": TEXT,
        "passed": TEXT,
        "stream": Option("flag"),
    },
    _check,
)
