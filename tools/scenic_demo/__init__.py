"""The main job once, on real parts, with its evidence: what `make demo` shows."""
