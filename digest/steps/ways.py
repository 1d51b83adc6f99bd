"""Which way each reader's mail goes: decided as the audience is frozen, so that a batch has one."""

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias

from sqlalchemy.engine import Connection

from digest.deliver.routes import Route
from digest.deliver.warm_up import Room
from digest.model import SubscriberId, VariantId
from digest.store import warming
from digest.store.ledger import Share

#: receiving domains of some readers
Domains: TypeAlias = Callable[[Sequence[SubscriberId]], Mapping[SubscriberId, str]]

#: the reason of readers whom no route may mail today
WARM_UP = "warm_up"
#: readers whose variants are brought together, so that a request or a batch has few of them
RUN = 100_000
#: readers whose domains are asked for at a time
CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class _Part:
    """Readers that go one way: two machine words each."""

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
        told = ((share.left_out or share.route, share.readers) for share, _ in self.parts)
        return {name: readers for name, readers in told if name}


def share_out(
    connection: Connection,
    ways: Sequence[Route],
    domains: Domains,
    day: date,
    readers: "array[int]",
    variants: "array[int]",
) -> SharedOut:
    """Give each reader the first way with room for their domain, and count what that uses up.

    In the transaction that freezes the audience: either both are written or nothing. ``domains``
    is asked only where a plan holds.
    """
    rooms = {way.name: _room(connection, way, day) for way in ways if way.warm_up}
    name = None if len(ways) == 1 else ways[0].name
    if not any(rooms.values()):
        share = Share(readers=len(readers), batch_size=ways[0].transport.batch_size, route=name)
        return SharedOut([(share, _Part(readers, variants))])
    found: dict[str | None, _Part] = {way.name: _Part() for way in ways} | {None: _Part()}
    for start in range(0, len(readers), CHUNK):
        some = readers[start : start + CHUNK]
        told = domains(some)
        for place, who in enumerate(some, start):
            part = found[_way(ways, rooms, told.get(who, ""))]
            part.readers.append(who)
            part.variants.append(variants[place])
    for route, room in rooms.items():
        if room and room.given:
            warming.give(connection, route, day, {**room.given, warming.ALL: room.given.total()})
    shares = [
        Share(
            readers=len(found[way.name].readers),
            batch_size=way.transport.batch_size,
            route=None if len(ways) == 1 else way.name,
        )
        for way in ways
    ]
    nobody = Share(readers=len(found[None].readers), batch_size=CHUNK, left_out=WARM_UP)
    parts = zip([*shares, nobody], found.values(), strict=True)
    return SharedOut([(share, part) for share, part in parts if share.readers])


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
