"""Which way each reader's mail goes, and when: decided as the audience is frozen.

So a batch goes one way, at one time.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TypeAlias

from sqlalchemy.engine import Connection

from digest.deliver.routes import Route
from digest.deliver.warm_up import Room
from digest.model import SubscriberId, VariantId
from digest.store import warming
from digest.store.ledger import Share

#: receiving domains of some readers
Domains: TypeAlias = Callable[[Sequence[SubscriberId]], Mapping[SubscriberId, str]]

#: before every time
_AT_ONCE = datetime.min.replace(tzinfo=UTC)
#: the reason of readers whom no route may mail today
WARM_UP = "warm_up"
#: readers whose variants are brought together, so that a request or a batch has few of them
RUN = 100_000
#: readers whose domains are asked for at a time
CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Dues:
    """When each of some readers wants it: two bytes each, and the few times there are."""

    #: of each reader, in their order: which of the times
    numbers: "array[int]" = field(default_factory=lambda: array("H"))
    #: time → its number; None: as soon as the issue goes
    times: dict[datetime | None, int] = field(default_factory=lambda: {None: 0})

    def extend(self, times: Iterable[datetime | None]) -> None:
        """Add readers who want it at these times."""
        known = self.times
        self.numbers.extend(known.setdefault(at, len(known)) for at in times)


@dataclass(frozen=True, slots=True)
class _Part:
    """Readers that go one way at one time: two machine words each."""

    readers: "array[int]" = field(default_factory=lambda: array("q"))
    variants: "array[int]" = field(default_factory=lambda: array("q"))

    def in_order(self) -> Iterator[tuple[SubscriberId, VariantId]]:
        """Those of a variant together, run by run."""
        for start in range(0, len(self.readers), RUN):
            run = range(start, min(start + RUN, len(self.readers)))
            for place in sorted(run, key=self.variants.__getitem__):
                yield self.readers[place], VariantId(self.variants[place])


@dataclass(frozen=True, slots=True)
class SharedOut:
    """An audience by the ways its mail goes."""

    parts: Sequence[tuple[Share, _Part]]

    @property
    def shares(self) -> list[Share]:
        """The runs that ``assignments`` come in."""
        return [share for share, _ in self.parts]

    def assignments(self) -> Iterator[tuple[SubscriberId, VariantId]]:
        """Everybody, way by way."""
        for _, part in self.parts:
            yield from part.in_order()

    def counts(self) -> Mapping[str, int]:
        """Readers by route, or by why they get nothing; empty where there is one way only."""
        told = Counter[str]()
        for share, _ in self.parts:
            if name := share.left_out or share.route:
                told[name] += share.readers
        return told


def share_out(
    connection: Connection,
    ways: Sequence[Route],
    domains: Domains,
    day: date,
    readers: "array[int]",
    variants: "array[int]",
    dues: Dues | None = None,
) -> SharedOut:
    """Give each reader the first way with room for their domain, and count what that uses up.

    What is due first comes first; without ``dues`` all of it is due with the issue. In the
    transaction that freezes the audience: either both are written or nothing. ``domains`` is asked
    only where a plan holds.
    """
    rooms = {way.name: _room(connection, way, day) for way in ways if way.warm_up}
    name = None if len(ways) == 1 else ways[0].name
    times = list(dues.times if dues else (None,))
    planned = any(rooms.values())
    if not planned and len(times) == 1:
        share = Share(readers=len(readers), batch_size=ways[0].transport.batch_size, route=name)
        return SharedOut([(share, _Part(readers, variants))])
    found: dict[tuple[int, str | None], _Part] = defaultdict(_Part)
    for start in range(0, len(readers), CHUNK):
        some = readers[start : start + CHUNK]
        told = domains(some) if planned else {}
        for place, who in enumerate(some, start):
            way = _way(ways, rooms, told.get(who, "")) if planned else ways[0].name
            number = dues.numbers[place] if dues and way is not None else 0
            found[number, way].readers.append(who)
            found[number, way].variants.append(variants[place])
    for route, room in rooms.items():
        if room and room.given:
            warming.give(connection, route, day, {**room.given, warming.ALL: room.given.total()})
    parts = [
        (_share(way, at, part, several=len(ways) > 1), part)
        for at in sorted(times, key=lambda at: at or _AT_ONCE)
        for way in ways
        if (part := found.get((times.index(at), way.name))) is not None
    ]
    if (nobody := found.get((0, None))) is not None:
        left_out = Share(readers=len(nobody.readers), batch_size=CHUNK, left_out=WARM_UP)
        parts.append((left_out, nobody))
    return SharedOut(parts)


def _share(way: Route, at: datetime | None, part: _Part, *, several: bool) -> Share:
    return Share(
        readers=len(part.readers),
        batch_size=way.transport.batch_size,
        route=way.name if several else None,
        due_at=at,
    )


def _room(connection: Connection, way: Route, day: date) -> Room | None:
    room = way.warm_up.room(day) if way.warm_up else None
    if room is None:
        return None
    before = dict(warming.given(connection, way.name, day))
    spent = before.pop(warming.ALL, 0)
    return replace(room, before=before, spent=spent)


def _way(ways: Sequence[Route], rooms: Mapping[str, Room | None], domain: str) -> str | None:
    for way in ways:
        room = rooms.get(way.name)
        if room is None or room.takes(domain):
            return way.name
    return None
