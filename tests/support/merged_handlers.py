"""The box's engine for tests of the server: the handlers of both addons, merged as on the box."""

import sys
from pathlib import Path

_ROOT = Path(__file__).parents[2]
for _addon in ("scenic_ticketing", "scenic_gate_iot"):
    if (_folder := str(_ROOT / _addon)) not in sys.path:
        sys.path.append(_folder)

from iot_handlers.scenic_gate.config import parse  # noqa: E402, F401
from iot_handlers.scenic_gate.engine import Engine  # noqa: E402, F401
from iot_handlers.scenic_gate.store import Store  # noqa: E402, F401
