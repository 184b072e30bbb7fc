"""Tests of the box: the handler folders of both addons form one package, as on the box."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# `iot_handlers` has no __init__.py in either addon: Python merges the two folders into one package
for folder in (ROOT / "scenic_ticketing", ROOT / "scenic_gate_iot", Path(__file__).parent):
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
