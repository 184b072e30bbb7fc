"""Normal forms as the browser knows them: Brython would fetch a table of two megabytes."""

from browser import self as host


def normalize(form, text):
    """Return a normal form of ``text``."""
    return host.scenicNormal(form, text)
