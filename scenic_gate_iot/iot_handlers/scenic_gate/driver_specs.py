"""What each driver can be and which options it takes. Pure: server and box read the same list.

The server refuses a wrong option when it is saved, so that it is not found at the gate.
"""

from __future__ import annotations

from collections.abc import Mapping

from . import frame_protocol, head_spec, http_spec
from .driver_options import LINE, SERIAL, Option, Problem, Spec, milliseconds, whole

_KIND = Option("choice", choices=("code", "card"))
_BIT = whole(0, 65_535, optional=True)

SPECS: dict[str, Spec] = {
    "frame_barrier": frame_protocol.SPEC,
    "hid_reader": Spec(
        ("reader",),
        ("/dev/input/",),
        {"gap_ms": milliseconds(), "max_chars": whole(1, 4096), "kind": _KIND},
    ),
    "http_terminal": http_spec.SPEC,
    "sam_idcard": Spec(
        ("reader",),
        SERIAL,
        LINE | {"poll_ms": milliseconds(), "timeout_ms": Option("number", 1, 60_000)},
    ),
    "line_reader": Spec(
        ("reader",),
        SERIAL,
        LINE
        | {
            "gap_ms": milliseconds(),
            "max_chars": whole(1, 4096),
            "kind": _KIND,
            "good": Option("hex", optional=True),
            "bad": Option("hex", optional=True),
        },
    ),
    "modbus_barrier": Spec(
        ("barrier",),
        SERIAL,
        LINE
        | {
            "unit": whole(0, 255),
            "out_coil": whole(0, 65_535),
            "pulse_ms": milliseconds(),
            "pulse": Option("choice", choices=("two_writes", "native")),
            "in_entry": _BIT,
            "in_exit": _BIT,
            "in_fire": _BIT,
            "invert": Option("names", choices=("in_entry", "in_exit", "in_fire"), optional=True),
            "green_coil": _BIT,
            "red_coil": _BIT,
            "lamp_ms": milliseconds(),
            "gap_ms": milliseconds(),
            "debounce_ms": milliseconds(),
            "poll_ms": milliseconds(),
            "outputs": whole(0, 1968),
            "timeout_ms": Option("number", 1, 60_000),
        },
    ),
    "tcp_head": head_spec.SPEC,
    "speaker": Spec(("speaker",), ("alsa:",), {}),
    "osdp": Spec(
        ("reader", "barrier"),
        SERIAL,
        LINE
        | {
            "addr": whole(0, 126),
            "lamp_ms": milliseconds(),
            "text": Option("choice", choices=("ascii", "utf-8", "gb18030")),
            "out": whole(0, 255),
            "pulse_ms": milliseconds(),
            "in_entry": _BIT,
            "in_exit": _BIT,
            "in_fire": _BIT,
            "invert": Option("names", choices=("in_entry", "in_exit", "in_fire"), optional=True),
            "debounce_ms": milliseconds(),
            "poll_ms": Option("number", 10, 60_000),
            "timeout_ms": Option("number", 1, 60_000),
        },
    ),
}


def problems(driver: str, options: Mapping, role: str = "") -> list[Problem]:
    """Return what a driver cannot follow; empty for a driver that is not described here."""
    spec = SPECS.get(driver)
    if spec is None:
        return []
    found = []
    for name, value in options.items():
        option = spec.options.get(name)
        if option is None:
            found.append(Problem(name, "unknown", ", ".join(sorted(spec.options))))
        elif code := option.problem(value):
            found.append(Problem(name, code, option.wanted))
    for name in spec.needs.get(role, ()):
        if not options.get(name):
            found.append(Problem(name, "missing"))
    return found or spec.check(options)


def fits(driver: str, url: str) -> bool:
    """Tell whether an address is one that the driver can open."""
    spec = SPECS.get(driver)
    return spec is None or url.startswith(spec.schemes)
