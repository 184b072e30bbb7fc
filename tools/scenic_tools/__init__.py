"""What the commands in tools/ share. Standard library only: it runs before the venv exists."""
