"""What ``dataclasses`` needs of inspect, which takes a second to load."""


def signature(*_args, **_kwargs):
    """Refuse: only the docstring of a dataclass would show it."""
    raise ValueError("no signatures here")


def unwrap(func, *_args, **_kwargs):
    """Return the function itself."""
    return func


def getmodulename(_path):
    """There are no files."""


def ismodule(_thing):
    """Nothing here asks about modules."""
    return False
