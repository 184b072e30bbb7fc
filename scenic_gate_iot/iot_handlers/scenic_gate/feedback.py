"""What a visitor is told after a scan: colour, text and sound in the language of the lane."""

from __future__ import annotations

from dataclasses import dataclass

from ..scenic_rules.reason import COLOUR, Colour, Reason
from .config import Config, LaneConfig
from .device import Feedback
from .effects import Show
from .judge import Outcome
from .sound_config import SoundConfig, keys_of

_COLOURS = {Colour.GREEN: "good", Colour.RED: "bad", Colour.STAFF: "staff"}


@dataclass(slots=True)
class LastScan:
    """What the lane showed last, for the status page."""

    t: float = 0.0
    good: bool = False
    reason: str = ""
    text: str = ""
    persons: int = 0
    first_use_t: float | None = None
    first_use_lane: str = ""
    colour: str = ""
    lang: str = ""
    sound: str = ""


def feedback_of(
    show: Show, outcome: Outcome | None, config: Config | None, lane: LaneConfig
) -> Feedback:
    """Tell how to show ``show``; ``outcome``: the answer of the engine to the scan before."""
    colour = "good" if show.good else _colour(show.reason, outcome)
    sounds = config.sounds if config else SoundConfig()
    lang = lane.lang or (config.lang if config else "")
    return Feedback(
        colour=colour,
        reason=show.reason,
        text=config.text(show.reason, lane.lang) if config else show.reason,
        persons=show.persons,
        lang=lang,
        sound=sounds.chosen(lane.sounds, lang, keys_of(show.reason, colour, show.persons)),
    )


def _colour(reason: str, outcome: Outcome | None) -> str:
    # a doubt about the clock turns a red reason into one for staff: the outcome knows
    if outcome and outcome.reason.value == reason and outcome.colour is not Colour.GREEN:
        return _COLOURS[outcome.colour]
    known = COLOUR.get(Reason(reason)) if reason in Reason.__members__ else Colour.STAFF
    return _COLOURS[known] if known is not Colour.GREEN else "bad"


def last_scan(feedback: Feedback, outcome: Outcome | None, now: float) -> LastScan:
    """Return what the status page shows of it."""
    last = LastScan(
        now, feedback.good, feedback.reason, feedback.text, feedback.persons,
        colour=feedback.colour, lang=feedback.lang, sound=feedback.sound,
    )  # fmt: skip
    if outcome and outcome.reason.value == feedback.reason:
        last.first_use_t = outcome.first_use_t
        last.first_use_lane = outcome.first_use_lane
    return last
