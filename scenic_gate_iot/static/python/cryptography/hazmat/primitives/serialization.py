"""Nothing is written here; the names are imported."""


class Encoding:
    """Not used by a reader."""


class PublicFormat:
    """Not used by a reader."""
