"""What the commands in tools/ share. Standard library only: it runs before the venv exists."""

import sys

if sys.version_info < (3, 11):
    sys.exit("scenic: error: Python 3.11 or newer is needed")
