"""Which way each reader's mail goes: decided as the audience is frozen, so that a batch has one."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.engine import Connection

from digest.deliver.routes import Route
from digest.deliver.warm_up import Room
from digest.model import Issue, SubscriberId, VariantId
from digest.steps.parts import Parts
from digest.store import warming
from digest.store.ledger import Share

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
    parts: Parts,
    connection: Connection,
    issue: Issue,
    readers: "array[int]",
    variants: "array[int]",
) -> SharedOut:
    """Give each reader the first way with room for their domain, and count what that uses up.

    In the transaction that freezes the audience: either both are written or nothing.
    """
    ways = parts.ways
    day = issue.scheduled_at.date()
    rooms = {way.name: _room(connection, way, issue) for way in ways if way.warm_up}
    if not any(rooms.values()):
        whole = _Part(readers, variants)
        return SharedOut([(_share(parts, ways[0], len(readers)), whole)])
    found = {way.name: _Part() for way in ways}
    nobody = _Part()
    for start in range(0, len(readers), CHUNK):
        some = readers[start : start + CHUNK]
        domains = parts.domains(some)
        for place, who in enumerate(some, start):
            way = _way(ways, rooms, domains.get(who, ""))
            part = nobody if way is None else found[way.name]
            part.readers.append(who)
            part.variants.append(variants[place])
    for name, room in rooms.items():
        if room:
            used = {**room.given, warming.ALL: room.given.total()}
            warming.give(connection, name, day, used if room.given else {})
    left_out = Share(readers=len(nobody.readers), batch_size=CHUNK, left_out=WARM_UP)
    shared = [(_share(parts, way, len(found[way.name].readers)), found[way.name]) for way in ways]
    return SharedOut(
        [(share, part) for share, part in [*shared, (left_out, nobody)] if share.readers]
    )


def _room(connection: Connection, way: Route, issue: Issue) -> Room | None:
    day = issue.scheduled_at.date()
    room = way.warm_up.room(day) if way.warm_up else None
    if room is None:
        return None
    before = dict(warming.given(connection, way.name, day))
    spent = before.pop(warming.ALL, 0)
    return replace(room, before=before, spent=spent)


def _way(ways: Sequence[Route], rooms: Mapping[str, Room | None], domain: str) -> Route | None:
    for way in ways:
        room = rooms.get(way.name)
        if room is None or room.takes(domain):
            return way
    return None


def _share(parts: Parts, way: Route, readers: int) -> Share:
    name = way.name if len(parts.ways) > 1 else None
    return Share(readers=readers, batch_size=way.transport.batch_size, route=name)
