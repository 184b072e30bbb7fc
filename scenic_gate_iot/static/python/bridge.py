"""Between the page and the brain: one function, text in and text out."""

import dataclasses
import json
import traceback

from browser import self as host
from cryptography.exceptions import Unverified, learn

_dataclass = dataclasses.dataclass


def _without_slots(cls=None, /, *, slots=False, **options):
    """Make a dataclass as ever; Brython cannot give one slots."""
    return _dataclass(cls, **options)


dataclasses.dataclass = _without_slots

from iot_handlers.scenic_gate.handheld import Handheld  # noqa: E402 - a dataclass user

_BRAIN = Handheld(lambda: host.scenicWall(), lambda: host.scenicMono())


def call(text):
    """Call a method of the brain: {"name", "args"} gives {"value"}, {"verify"} or {"error"}."""
    ask = json.loads(text)
    try:
        if ask["name"] == "learn":
            answer = {"value": learn(*ask["args"])}
        else:
            answer = {"value": getattr(_BRAIN, ask["name"])(*ask["args"])}
    except Unverified as need:
        answer = {"verify": need.args[0]}
    except Exception:
        # a defect: the page shows it as a fault, and nobody is let in for it
        answer = {"error": traceback.format_exc()}
    return json.dumps(answer)


host.scenicCall = call
