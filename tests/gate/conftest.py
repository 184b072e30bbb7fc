"""Tests of the box: the handler folders of both addons form one package, as on the box."""

import sys
from pathlib import Path

import pytest
from patience import LIMIT_S

ROOT = Path(__file__).resolve().parents[2]
# `iot_handlers` has no __init__.py in either addon: Python merges the two folders into one package
for folder in (ROOT / "scenic_ticketing", ROOT / "scenic_gate_iot", Path(__file__).parent):
    if str(folder) not in sys.path:
        sys.path.append(str(folder))

# (file, limit): how long the box waits for what answers at once in a park, and late in a test
LIMITS = (
    ("device_http", "CONNECT_S"),
    ("device_http", "READ_S"),
    ("http_listener", "DEADLINE_S"),
    ("http_listener", "READ_S"),
    ("tcp_head", "ARRIVE_S"),
    ("terminal_ask", "READ_S"),
    ("terminal_link", "ACK_S"),
    ("terminal_link", "FETCH_S"),
)


@pytest.fixture(scope="session", autouse=True)
def patient_box():
    """Let the box wait for devices as long as tests do; a test of a limit sets that limit."""
    with pytest.MonkeyPatch.context() as patch:
        for name, limit in LIMITS:
            patch.setattr(f"iot_handlers.scenic_gate.{name}.{limit}", LIMIT_S)
        yield
