"""The fault tests have servers and boxes of their own; their helpers lie beside them."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# `iot_handlers` has no __init__.py in either addon: Python merges the two folders into one package
for folder in (ROOT / "scenic_ticketing", ROOT / "scenic_gate_iot", Path(__file__).parent):
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
