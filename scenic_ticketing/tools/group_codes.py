"""How the persons of a group are put on ticket codes. Nothing here knows Odoo.

A *unit* is what the order line counts: one ticket of the product. A code stands for one unit or,
for a group, for several of them.
"""

# persons are one byte of the ticket code
MAX_PERSONS = 255


def code_sizes(units, mode, size, persons):
    """Return the units of each code for `units` units of `persons` persons each.

    `mode`: ``each`` = a code for each unit, ``one`` = as few codes as possible, ``size`` = codes
    of `size` units and one with the rest.
    """
    most = max(1, MAX_PERSONS // persons)
    step = {"each": 1, "one": most, "size": max(1, min(size or 1, most))}[mode]
    whole, rest = divmod(units, step)
    return [step] * whole + ([rest] if rest else [])


def choose(sizes, wanted):
    """Return the places in `sizes` of codes that add up to exactly `wanted` units, or None.

    The first ones are preferred. Codes of one order line have two sizes at most, unless it was
    changed often, so taking what fits finds a choice nearly always; the largest first finds the
    rest.
    """
    places = range(len(sizes))
    for order in (places, sorted(places, key=lambda place: -sizes[place])):
        chosen, left = [], wanted
        for place in order:
            if 0 < sizes[place] <= left:
                chosen.append(place)
                left -= sizes[place]
        if not left:
            return chosen
    return None


def nearest(sizes, wanted):
    """Return the numbers of units next to `wanted`, below and above, that codes add up to."""
    for numbers in (range(wanted - 1, 0, -1), range(wanted + 1, sum(sizes) + 1)):
        yield from [number for number in numbers if choose(sizes, number)][:1]


def share(total, sizes):
    """Return the part of the whole number `total` for each code; they add up to it exactly."""
    whole = sum(sizes) or 1
    parts, running, before = [], 0, 0
    for size in sizes:
        running += size
        upto = (2 * abs(total) * running + whole) // (2 * whole)
        upto = upto if total >= 0 else -upto
        parts.append(upto - before)
        before = upto
    return parts
