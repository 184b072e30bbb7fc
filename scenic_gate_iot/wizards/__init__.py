from . import scenic_gate_order
from . import scenic_why
from . import scenic_box_update_order
from . import scenic_gate_drill_order
from . import scenic_device_order
