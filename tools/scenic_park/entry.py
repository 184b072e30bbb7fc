"""How the commands in tools/ get into the venv."""

import os
import sys

from scenic_tools import paths, setup


def enter_venv() -> None:
    """Prepare the checkout and go on in the venv's Python, in the same process.

    The first lines of a command run in whatever Python the machine has; after this call pymodbus,
    playwright, psycopg2 and Odoo can be imported.
    """
    if os.environ.get("SCENIC_VENV") == str(paths.VENV):
        return
    setup.ensure()
    python = paths.VENV / "bin" / "python"
    environment = os.environ | {
        "PATH": f"{paths.VENV / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "SCENIC_VENV": str(paths.VENV),
    }
    os.execve(python, [str(python), *sys.argv], environment)
