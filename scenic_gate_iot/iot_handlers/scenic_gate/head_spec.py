"""Options of heads that connect to the box by TCP; see ``driver_specs.py``."""

from __future__ import annotations

from .driver_options import Option, Spec, milliseconds, whole
from .http_spec import TEXT, addresses

SPEC = Spec(
    ("reader", "terminal"),
    ("tcp://",),
    {
        "port": whole(1024, 65_535),
        "allowed_ips": TEXT,
        "gap_ms": milliseconds(60_000),
        "max_chars": whole(1, 4096),
        "kind": Option("choice", choices=("code", "card")),
        "good": Option("hex", optional=True),
        "bad": Option("hex", optional=True),
        "prefix": TEXT,
        "suffix": TEXT,
        "heartbeat": TEXT,
        "heartbeat_reply": Option("hex", optional=True),
        "heartbeat_s": Option("number", 0, 3600),
        "answer_ms": milliseconds(10_000),
    },
    needs={"terminal": ("good",)},
    check=addresses,
)
