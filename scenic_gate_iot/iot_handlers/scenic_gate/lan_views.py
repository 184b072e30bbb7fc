"""Which list of boxes each box follows, and whether this one knows what the others did. Pure.

Boxes hear of a new list one after another, and the owner of a ticket may be another one by it. So a
box says which list it follows, and goes by its own alone only when all that it hears follow the
same one, and when it knows all that each of them had done when it was heard again. Until then see
:meth:`lan_ask.Asking.route`: each owner by each list is asked.

No two boxes rely on different lists then: who follows a new one asks the owner by the old one
too, for as long as somebody follows it or may still think that others do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Set

Boxes = tuple[tuple[int, int], ...]  # (number, entrances)
Heads = Mapping[tuple[int, str], int]

NAME = 12  # hex digits of a list's name
MOST_LISTS = 16  # whose content is kept
NONE = ""  # a box of a version that says nothing of lists: taken to follow the same one


def name_of(boxes: Boxes) -> str:
    """Return the name of a list: the same for the same boxes at the same entrances."""
    text = ";".join(f"{box}:{mask}" for box, mask in sorted(boxes))
    return hashlib.sha256(b"scenic-boxes-v1\0" + text.encode()).hexdigest()[:NAME]


def read_list(items: Iterable) -> Boxes:
    """Read a list as another box tells it; ValueError or TypeError for anything else."""
    boxes = tuple((int(box), int(mask)) for box, mask in items)
    if not boxes or any(not (0 < box < 2**32 and 0 <= mask < 2**16) for box, mask in boxes):
        raise ValueError("list of boxes")
    return boxes


class Views:
    """What one box knows of the lists and the deeds of the others. The caller holds a lock."""

    def __init__(self) -> None:
        self.mine = NONE
        self.lists: dict[str, Boxes] = {}
        self._past: list[str] = []  # own lists that others may think this box still follows
        self._shown: dict[int, str] = {}  # by box, what it said last
        self._owed: dict[int, dict] = {}  # what it had done when it said so first

    def follow(self, boxes: Boxes) -> None:
        """Go by another list from now on."""
        name = name_of(boxes)
        if self.mine and name != self.mine:
            self._past = [*(old for old in self._past if old not in (name, self.mine)), self.mine]
        self.mine = name
        self.learn(boxes)

    def learn(self, boxes: Boxes) -> None:
        """Note the content of a list."""
        self.lists[name_of(boxes)] = boxes
        wanted = {self.mine, *self._past, *self._shown.values()}
        for old in [name for name in self.lists if name not in wanted][:-MOST_LISTS]:
            del self.lists[old]

    def lost(self, box: int) -> None:
        """Note that a box was not heard for long: what it said before means nothing any more."""
        self._shown.pop(box, None)
        self._owed.pop(box, None)

    def told(self, box: int, name: str, heads: Heads, known: Heads) -> None:
        """Note what a box says: its list, and how far it knows each journal."""
        if self._shown.get(box) != name:
            self._owed[box] = dict(heads)
        self._shown[box] = name
        self.covered(known)

    def covered(self, known: Heads) -> None:
        """Note how far this box knows each journal."""
        for box, heads in list(self._owed.items()):
            left = {key: seq for key, seq in heads.items() if known.get(key, 0) < seq}
            if left:
                self._owed[box] = left
            else:
                del self._owed[box]

    @property
    def oldest(self) -> str:
        """The list that this box went by first, of those that others may still think it follows."""
        return self._past[0] if self._past else self.mine

    @property
    def is_owed(self) -> bool:
        """Whether facts are missing that others were known to have."""
        return bool(self._owed)

    def unsure(self, alive: Set[int]) -> set[int]:
        """Return the boxes that may have done what this one does not know."""
        return {box for box in alive if box not in self._shown or box in self._owed}

    def is_old(self, box: int) -> bool:
        """Tell whether a box says nothing of lists: of a version that takes a handheld's claim for
        one of the box that passes it on, and would forget it with that box's next digest."""
        return not self._shown.get(box)

    def in_use(self, alive: Set[int]) -> list[str]:
        """Return the lists that somebody may go by, the own one first."""
        shown = (self._shown.get(box, NONE) for box in sorted(alive))
        return list(dict.fromkeys(n for n in (self.mine, *self._past, *shown) if n != NONE))

    def settled(self, alive: Set[int]) -> bool:
        """Tell whether all go by the own list, and hide nothing."""
        if self.unsure(alive) or any(self._shown[box] not in (self.mine, NONE) for box in alive):
            return False
        self._past.clear()
        return True
