"""The part of ``struct`` that ticket codes use: unsigned big-endian numbers."""

_SIZES = {"B": 1, "H": 2, "I": 4, "Q": 8}


class error(Exception):
    """A value does not fit its place."""


class Struct:
    """A layout such as ``>BHI``."""

    def __init__(self, layout):
        if not layout.startswith(">") or not set(layout[1:]) <= set(_SIZES):
            raise error("only unsigned big-endian numbers: " + layout)
        self._sizes = [_SIZES[sign] for sign in layout[1:]]
        self.size = sum(self._sizes)

    def pack(self, *values):
        """Write the values one after the other."""
        if len(values) != len(self._sizes):
            raise error(f"{len(self._sizes)} values are expected")
        try:
            parts = [v.to_bytes(size, "big") for v, size in zip(values, self._sizes, strict=True)]
        except (AttributeError, OverflowError) as err:
            raise error(str(err)) from None
        return b"".join(parts)

    def unpack_from(self, buffer, offset=0):
        """Read the values that begin at ``offset``."""
        if len(buffer) - offset < self.size:
            raise error(f"{self.size} bytes are expected")
        found = []
        for size in self._sizes:
            found.append(int.from_bytes(bytes(buffer[offset : offset + size]), "big"))
            offset += size
        return tuple(found)

    def unpack(self, buffer):
        """Read the values of all of ``buffer``."""
        if len(buffer) != self.size:
            raise error(f"{self.size} bytes are expected")
        return self.unpack_from(buffer)


def pack(layout, *values):
    """Write values in a layout."""
    return Struct(layout).pack(*values)


def unpack(layout, buffer):
    """Read values of a layout."""
    return Struct(layout).unpack(buffer)
