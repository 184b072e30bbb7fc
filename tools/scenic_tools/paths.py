"""Where things are: the checkout, its private state, and the cache all checkouts share."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LOCAL = ROOT / ".local"
VENV = LOCAL / "venv"
ODOO_CONF = LOCAL / "odoo.conf"
KEY_FILE = LOCAL / "keys" / "scenic.json"
DATA_DIR = LOCAL / "data"

_CACHE_HOME = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
CACHE = Path(_CACHE_HOME) / "scenic"


def addons() -> list[Path]:
    """Return the folders of our own addons, those of them that are addons already."""
    return sorted(path.parent for path in ROOT.glob("scenic_*/__manifest__.py"))
