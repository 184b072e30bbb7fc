"""The pure tools of scenic_finance, imported without Odoo. Import the module, not its names."""

import importlib
import sys
import types
from pathlib import Path

_NAME = "scenic_finance_tools"


def load(name):
    """Return a module of scenic_finance/tools; its neighbours are found by relative imports."""
    if _NAME not in sys.modules:
        package = types.ModuleType(_NAME)
        package.__path__ = [str(Path(__file__).parents[2] / "scenic_finance" / "tools")]
        sys.modules[_NAME] = package
    return importlib.import_module(f"{_NAME}.{name}")
