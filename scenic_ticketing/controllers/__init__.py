from . import group_order
from . import pos
from . import shift_report
