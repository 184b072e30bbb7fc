"""An error while the configuration of a box is made, with the record that it is about."""

from odoo.exceptions import UserError

from .transactions import COLLISIONS, is_passing


class ConfigFault(Exception):
    """No configuration can be made; ``model`` and ``number`` name the record in the way.

    The cause is the error itself.
    """

    def __init__(self, model, number):
        super().__init__(f"{model} {number}")
        self.model, self.number = model, number


def made_of(record, make):
    """Return ``make(record)``; an error in it names the innermost record.

    :raises ConfigFault: for whatever says something of the record
    """
    try:
        return make(record)
    except ConfigFault:
        raise
    except Exception as err:
        if isinstance(err, COLLISIONS) or is_passing(err):
            raise
        raise ConfigFault(record._name, record.id) from err


def reason(error):
    """Return in one short line why something failed, for people."""
    text = next(iter(str(error).strip().splitlines()), "")[:200]
    if isinstance(error, UserError) and text:
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
