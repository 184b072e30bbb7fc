from . import scenic_gate_order
from . import scenic_why
