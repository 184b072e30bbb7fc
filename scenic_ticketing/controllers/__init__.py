from . import group_order
