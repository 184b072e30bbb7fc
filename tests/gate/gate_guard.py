"""The guard of ``scenic_gate_box`` without Odoo: it must not need it."""

import importlib.util

from gate_http import ROOT

_spec = importlib.util.spec_from_file_location(
    "scenic_guard", ROOT / "scenic_gate_box" / "guard.py"
)
guard_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(guard_module)
Guard = guard_module.Guard


def make_set(folder, files):
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
