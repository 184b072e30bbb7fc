"""Damaged documents: a good JSON document in which a few places hold something else."""

import copy

from hypothesis import strategies as st

NASTY = [
    None,
    True,
    -1,
    2**31,
    2**63,
    10**30,
    -0.5,
    float("inf"),
    float("nan"),
    "",
    "\x00",
    "\n",
    "x" * 5000,
    "ÿ漢\u202e",
    "\ud800",  # half a character: no UTF-8 has it
    "-1",
    "1e999",
    "0x10",
    [],
    {},
    [[[]]],
    {"": None},
]
DROP = object()
JUNK = st.sampled_from(NASTY) | st.integers() | st.floats() | st.text(max_size=20) | st.just(DROP)


def places(document, path=()):
    """Return the paths of all values in a document, its own root left out."""
    found = []
    if isinstance(document, dict):
        steps = list(document.items())
    elif isinstance(document, list):
        steps = list(enumerate(document))
    else:
        return found
    for step, value in steps:
        found.append((*path, step))
        found += places(value, (*path, step))
    return found


def put(document, path, value):
    """Put something at a path; a place that an earlier damage has removed stays away."""
    target = document
    for step in path[:-1]:
        try:
            target = target[step]
        except (KeyError, IndexError, TypeError):
            return
    try:
        if value is DROP:
            del target[path[-1]]
        else:
            target[path[-1]] = copy.deepcopy(value)
    except (KeyError, IndexError, TypeError):
        return


@st.composite
def damaged(draw, document, most=3):
    """Draw a copy of a document with up to ``most`` places changed."""
    broken = copy.deepcopy(document)
    known = places(document)
    for _damage in range(draw(st.integers(1, most))):
        put(broken, draw(st.sampled_from(known)), draw(JUNK))
    return broken


def every(document):
    """Yield a copy of a document for each place and each nasty value in it: nothing by chance."""
    for path in places(document):
        for value in (*NASTY, DROP):
            broken = copy.deepcopy(document)
            put(broken, path, value)
            yield broken
