"""Takes the best of a set of stories for one section, with caps by source and author. Pure."""

from collections import Counter
from collections.abc import Sequence

from digest.curate.order import Bits, Order
from digest.model import Section


class Taker:
    """Takes up to ``room`` stories of ``order``, each time without what is like the last.

    Stories of a source or author that has had its share wait until all others had their turn.
    """

    def __init__(self, order: Order, section: Section, room: int) -> None:
        self._room = room
        self._others = order.apart(order)
        caps = ((order.of_source, section.per_source), (order.of_author, section.per_author))
        # A cap that a full section cannot pass needs no count.
        self._caps = [(shares, cap) for shares, cap in caps if 0 < cap < room]
        self._names = [(_names(shares), cap) for shares, cap in self._caps]

    def take(self, free: Bits) -> list[int]:
        """The places of the best of ``free``, best first."""
        others, room, left = self._others, self._room, free
        chosen: list[int] = []
        while left and len(chosen) < room:
            at = (left & -left).bit_length() - 1
            chosen.append(at)
            left &= others[at]
        # Where the plain way passes no cap, minding the caps would have taken the same.
        for names, cap in self._names:
            if len(chosen) - len({names[at] for at in chosen}) >= cap:
                return self._by_turns(free)
        return chosen

    def _by_turns(self, free: Bits) -> list[int]:
        limits = self._caps
        had: Counter[Bits] = Counter()
        chosen: list[int] = []
        waiting: Bits = 0
        while len(chosen) < self._room and (free or waiting):
            if not free:
                free, waiting, limits = waiting, 0, []
            at = (free & -free).bit_length() - 1
            chosen.append(at)
            free &= self._others[at]
            waiting &= self._others[at]
            for shares, cap in limits:
                share = shares[at]
                had[share] += 1
                if share and had[share] == cap:
                    waiting |= free & share
                    free &= ~share
        return sorted(chosen)


def _names(shares: Sequence[Bits]) -> list[int]:
    """A small number for each share; who has none shares with nobody."""
    known: dict[Bits, int] = {}
    return [known.setdefault(share, at) if share else at for at, share in enumerate(shares)]
