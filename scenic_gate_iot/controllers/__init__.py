from . import gate_handlers, gate_redeem, gate_sound, gate_sync, iot_box
from . import handheld, handheld_files
from . import pair_page
