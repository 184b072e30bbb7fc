"""What the decision at a gate makes of the state of a ticket."""

from ..iot_handlers.scenic_rules.views import STATE_SUPERSEDED, STATE_VALID, STATE_VOID

# "used" and "expired" are no states for a gate: it counts uses and knows the date itself
_VIEW_STATES = {
    "void": STATE_VOID,
    "blocked": "blocked",
    "held": "held",
    "superseded": STATE_SUPERSEDED,  # the row of a number that only an old copy carries
}


def view_state(state):
    """Return the state of a stored ticket as the decision sees it."""
    return _VIEW_STATES.get(state, STATE_VALID)
