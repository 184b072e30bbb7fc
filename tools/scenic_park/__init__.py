"""A whole park on one machine: database, server, gate box, lane hardware, window and network.

Used by tools/run, tools/demo, tools/bench and tests/e2e. Runs inside the venv of tools/bootstrap.
"""
