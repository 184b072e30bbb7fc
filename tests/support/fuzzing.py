"""How hard the property tests try: `make test` repeats a few examples, `make fuzz` explores."""

import os

FACTOR = int(os.environ.get("SCENIC_FUZZ", "1"))


def examples(count: int) -> int:
    """Return how many examples a test tries that normally tries `count`."""
    return count * FACTOR
