"""A device that is started for a test, and stopped whatever becomes of it."""

from contextlib import contextmanager

from patience import wait_for


@contextmanager
def started(device, tell, wait=True):
    """Start a reader or barrier that tells `tell`; it is up, unless the test does not wait."""
    device.start(tell)
    try:
        if wait:
            wait_for(lambda: device.health().ok)
        yield device
    finally:
        device.stop()
