"""How long tests wait for threads, processes and devices: one limit for all of them.

A machine that tests many things at once stands still for seconds now and then, all of it or one
process. So no test waits for less than `LIMIT_S`, and none takes how long something took for
proof of how it was done.
"""

import time

LIMIT_S = 60.0
PAUSE_S = 0.005
_MOST_S = 0.1  # counted of one turn: while the machine stands still, nobody waits


def wait_for(condition, seconds=LIMIT_S):
    """Poll a condition; threads and processes have no better way to be waited for."""
    waited, last = 0.0, time.monotonic()
    while not condition():
        time.sleep(PAUSE_S)
        now = time.monotonic()
        waited, last = waited + min(now - last, _MOST_S), now
        assert waited < seconds, "it never happened"
