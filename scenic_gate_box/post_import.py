"""Run a function right after a module was executed and before its importer goes on."""

import importlib.abc
import importlib.util
import sys


class _PostImport(importlib.abc.MetaPathFinder):
    """Finder for one name: lets the others find the module and wraps its execution."""

    def __init__(self, name, function):
        self.name, self.function = name, function

    def find_spec(self, name, path=None, target=None):
        """Return the real spec of the awaited module, once."""
        if name != self.name:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        execute = spec.loader.exec_module

        def exec_module(module):
            execute(module)
            self.function(module)

        spec.loader.exec_module = exec_module
        return spec


def after_import(name):
    """Decorate a function that gets the module ``name`` as soon as it was executed.

    :raises RuntimeError: the module is there already, and others use it as it was
    """

    def decorate(function):
        if name in sys.modules:
            raise RuntimeError(
                f"{name} is loaded already: list scenic_gate_box before iot_drivers"
                " in server_wide_modules."
            )
        sys.meta_path.insert(0, _PostImport(name, function))
        return function

    return decorate
