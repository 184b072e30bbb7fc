from . import group_order
from . import kiosk
from . import pos
from . import shift_report
