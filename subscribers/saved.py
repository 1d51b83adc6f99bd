"""Segments by name: those of config.toml, and beside them those saved at run time."""

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from subscribers import store, suppression
from subscribers.errors import SegmentError, SegmentMistake, TakenError, UnknownError
from subscribers.model import Catalogue, Member
from subscribers.segment_explain import Explanation, explain
from subscribers.segment_facts import facts_of
from subscribers.segment_parse import closest, parse_segments
from subscribers.segment_sql import condition, mailable
from subscribers.segments import Filter, settle
from subscribers.store import reading
from subscribers.tables import segment, subscriber

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
NAME_LENGTH = 100
#: characters of a filter
LONGEST = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A segment that somebody saved."""

    name: str
    #: as JSON
    filter: str
    actor: str
    saved_at: datetime
    #: why it is of no use: what it asks about is no longer there
    mistakes: tuple[SegmentMistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many people a segment has, and how many of them may be mailed at all."""

    people: int
    mailable: int


class Segments(Mapping[str, Filter]):
    """Every segment there is at this moment, by name, its times settled.

    One of config.toml comes before a saved one of the same name. A saved one that asks about what
    is no longer there is left out.
    """

    def __init__(
        self,
        engine: Engine,
        configured: Mapping[str, Filter],
        catalogue: Catalogue,
        now: Callable[[], datetime],
    ) -> None:
        self.configured = configured
        self._engine = engine
        self._catalogue = catalogue
        self._now = now

    def __getitem__(self, name: str) -> Filter:
        found = self.configured.get(name)
        if found is None:
            found = self._parsed(name, self._text(name))
        return settle(found, self._now())

    def __iter__(self) -> Iterator[str]:
        yield from self.configured
        for one in self.saved():
            if not one.mistakes and one.name not in self.configured:
                yield one.name

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def saved(self) -> list[Saved]:
        """The saved ones by name, those of no use among them."""
        with reading(self._engine) as connection:
            rows = connection.execute(sa.select(segment).order_by(segment.c.name)).all()
        return [
            Saved(
                name=row.name,
                filter=row.filter,
                actor=row.actor,
                saved_at=row.saved_at,
                mistakes=self._mistakes(row.name, row.filter),
            )
            for row in rows
        ]

    def read(self, name: str, told: str) -> object:
        """A filter told in JSON or TOML that could be saved under a name, as plain values.

        Raises TakenError where config.toml has the name, and SegmentError with every mistake.
        """
        if name in self.configured:
            raise TakenError(f"the segment {name!r} is in config.toml: change it there")
        if not NAME.fullmatch(name) or len(name) > NAME_LENGTH:
            problem = f"{name!r} must be lower-case letters, digits and hyphens"
            raise SegmentError([SegmentMistake("name", problem)])
        raw = _read(told)
        parse_segments({name: raw}, self._catalogue)
        return raw

    def save(self, name: str, told: str, actor: str) -> None:
        """Keep a filter, in place of a saved one of that name. Raises as ``read`` does."""
        text = json.dumps(self.read(name, told), ensure_ascii=False, default=_plain)
        row = {"name": name, "filter": text, "actor": actor, "saved_at": self._now()}
        with self._engine.begin() as connection:
            connection.execute(sa.delete(segment).where(segment.c.name == name))
            connection.execute(sa.insert(segment).values(row))

    def remove(self, name: str) -> None:
        """Forget a saved one. Raises TakenError of one in config.toml, and UnknownError."""
        with self._engine.begin() as connection:
            gone = connection.execute(sa.delete(segment).where(segment.c.name == name))
        if not gone.rowcount:
            if name in self.configured:
                raise TakenError(f"the segment {name!r} is in config.toml: remove it there")
            raise self._unknown(name)

    def count(self, name: str) -> Counted:
        """Count its people now. Raises UnknownError."""
        may = sa.func.sum(sa.case((suppression.applies(), 0), else_=1))
        query = (
            sa.select(sa.func.count().label("people"), sa.func.coalesce(may, 0).label("mailable"))
            .select_from(subscriber)
            .where(condition(self._known(name)))
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).one()
        return Counted(people=row.people, mailable=row.mailable)

    def members(self, name: str, *, everyone: bool = False) -> Iterator[Member]:
        """Its people by id, read in pages; ``everyone``: who may not be mailed too.

        Raises UnknownError.
        """
        which = self._known(name)
        return store.members(self._engine, condition(which) if everyone else mailable(which))

    def explain(self, name: str, who: int) -> Explanation:
        """Whether a person is in it, condition by condition. Raises UnknownError."""
        which = self._known(name)
        with reading(self._engine) as connection:
            facts = facts_of(connection, who)
        if facts is None:
            raise UnknownError(f"there is no subscriber {who}")
        return explain(which, facts)

    def _known(self, name: str) -> Filter:
        try:
            return self[name]
        except KeyError:
            raise self._unknown(name) from None

    def _unknown(self, name: str) -> UnknownError:
        return UnknownError(f"there is no segment {name!r}; {closest(name, self)}")

    def _text(self, name: str) -> str:
        with reading(self._engine) as connection:
            text = connection.scalar(sa.select(segment.c.filter).where(segment.c.name == name))
        if text is None:
            raise KeyError(name)
        return str(text)

    def _parsed(self, name: str, text: str) -> Filter:
        try:
            return parse_segments({name: json.loads(text)}, self._catalogue)[name]
        except SegmentError:
            raise KeyError(name) from None

    def _mistakes(self, name: str, text: str) -> tuple[SegmentMistake, ...]:
        try:
            parse_segments({name: json.loads(text)}, self._catalogue)
        except SegmentError as error:
            return error.mistakes
        return ()


def _read(told: str) -> object:
    """A filter out of JSON, a TOML inline table, or lines of TOML."""
    if len(told) > LONGEST:
        raise _unreadable(f"is over {LONGEST} characters")
    try:
        return json.loads(told)
    except (ValueError, RecursionError):
        pass
    for text in (f"filter = {told}", told):
        try:
            raw = tomllib.loads(text)
        except (ValueError, RecursionError):
            continue
        return raw["filter"] if text != told else raw
    raise _unreadable('is neither JSON nor TOML; write {region = "africa"}')


def _unreadable(problem: str) -> SegmentError:
    return SegmentError([SegmentMistake("filter", problem)])


def _plain(value: object) -> str:
    """TOML's dates and times, which JSON has not."""
    if isinstance(value, datetime) or hasattr(value, "isoformat"):
        return str(value.isoformat())
    raise TypeError(type(value).__name__)
