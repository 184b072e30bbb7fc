from . import scenic_gate_order
