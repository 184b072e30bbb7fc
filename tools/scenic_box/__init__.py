"""A stock IoT box of Odoo 19.0 as a process on this machine: laid out, started, paired, stopped."""

from .layout import BoxFolder
from .process import BoxProcess

__all__ = ["BoxFolder", "BoxProcess"]
