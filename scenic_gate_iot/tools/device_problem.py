"""Words for what a driver cannot follow, so that it is read while it is written."""

from ..iot_handlers.scenic_gate import driver_specs


def text(env, device, problem):
    """Return a sentence about a ``driver_specs.Problem`` of a device."""
    values = {"device": device.name, "option": problem.option, "wanted": problem.wanted}
    match problem.code:
        case "unknown":
            return env._(
                "%(device)s: the driver has no option %(option)s. It knows %(wanted)s.", **values
            )
        case "missing":
            return env._("%(device)s: the option %(option)s is missing.", **values)
        case "whole":
            return env._(
                "%(device)s: the option %(option)s must be a whole number, %(wanted)s.", **values
            )
        case "number":
            return env._(
                "%(device)s: the option %(option)s must be a number, %(wanted)s.", **values
            )
        case "choice":
            return env._("%(device)s: the option %(option)s must be one of %(wanted)s.", **values)
        case "names":
            return env._(
                "%(device)s: the option %(option)s must be a list of some of %(wanted)s.", **values
            )
        case "hex":
            return env._(
                "%(device)s: the option %(option)s must be bytes in hexadecimal digits, "
                'for example "A0 01 01".',
                **values,
            )
        case "frame":
            return env._("%(device)s: the option %(option)s is not a frame: %(wanted)s.", **values)
        case _:
            return env._(
                "%(device)s: the option %(option)s has the wrong form (%(code)s).",
                code=problem.code,
                **values,
            )


def roles():
    """Return what each driver can play on a lane."""
    return {name: spec.roles for name, spec in driver_specs.SPECS.items()}
