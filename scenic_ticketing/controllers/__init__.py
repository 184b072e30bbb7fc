from . import group_order
from . import pos
