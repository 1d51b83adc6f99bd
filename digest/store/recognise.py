"""Which stored story a poll's stories are: found by their names, and by more where names fail.

Publishers change guids, slugs, scheme and host, and some give one guid to two articles. The first
must never make a second story, the latter must never hide one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from digest.model import Alias, AliasKind, DateGrade, ParsedStory, StoryId
from digest.store import codec
from digest.store.tables import story, story_alias

#: a guid's story that is newer by this, at another address and under another headline, is another
REUSED_AFTER = timedelta(hours=24)
#: how far back a story is looked for that has lost all its names
LOST_FOR = timedelta(days=30)
_AT_ONCE = 400
_NOBODY = StoryId(0)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Found:
    """The stored story that a parsed one is, and which of its names belong to another one."""

    row: Row[Any] | None
    #: names that were another story's before, and are this one's now
    others: tuple[Alias, ...] = ()
    #: an earlier entry of this poll told the same story
    again: bool = False

    @property
    def guids_reused(self) -> bool:
        """Whether the source gave one guid to two stories."""
        return any(alias.kind is AliasKind.GUID for alias in self.others)


class Recognition:
    """Recognises the stories of one poll of one source.

    ``guids``: False where the source is known to use guids twice: then a guid alone names nothing.
    """

    def __init__(
        self,
        connection: Connection,
        source: str,
        stories: Sequence[ParsedStory],
        now: datetime,
        *,
        guids: bool = True,
    ) -> None:
        self._connection = connection
        self._source = source
        self._since = now - LOST_FOR
        self._guids = guids
        names = {alias for one in stories for alias in one.aliases}
        self._ids = dict(owners(connection, names))
        self._rows: dict[StoryId, Row[Any]] = {
            StoryId(row.id): row for row in _rows(connection, set(self._ids.values()))
        }
        self._addresses = _addresses(connection, set(self._rows))
        self._there = {_address(one) for one in stories} - {""}
        self._same_headline: dict[str, list[Row[Any]]] | None = None
        #: stories found in this poll → the headline they were told under
        self._taken: dict[StoryId, str] = {}

    def find(self, parsed: ParsedStory) -> Found:
        """The stored story it is, the surest name first."""
        others = []
        found: Row[Any] | None = None
        for alias in parsed.aliases:
            row = self._rows.get(self._ids.get(alias, _NOBODY))
            if row is None:
                continue
            taken = self._taken.get(StoryId(row.id), parsed.headline) != parsed.headline
            if taken or (alias.kind is AliasKind.GUID and self._another(row, parsed)):
                others.append(alias)
            else:
                found = row
                break
        if found is None:
            found = self._lost(parsed)
        again = found is not None and found.id in self._taken
        if found is not None:
            self._taken[StoryId(found.id)] = parsed.headline
        return Found(found, tuple(others), again)

    def add(self, parsed: ParsedStory, row: Row[Any]) -> None:
        """A story of this poll was stored as ``row``: the next one may be the same."""
        self._taken[StoryId(row.id)] = parsed.headline
        self._rows[row.id] = row
        self._addresses[row.id] = {_address(parsed)} - {""}
        for alias in parsed.aliases:
            self._ids.setdefault(alias, StoryId(row.id))

    def _another(self, row: Row[Any], parsed: ParsedStory) -> bool:
        """Whether a guid's stored story is another than ``parsed``: the guid was used again."""
        own = self._addresses[row.id]
        if row.headline == parsed.headline or not own or _address(parsed) in own:
            return False
        if own & self._there or not self._guids:
            return True  # the other one is in the same poll, under an address of its own
        before, after = _published(row), parsed.published_at
        return before is not None and after is not None and after - before >= REUSED_AFTER

    def _lost(self, parsed: ParsedStory) -> Row[Any] | None:
        """The story that lost all its names at once, as when a site moves to a new host.

        Of the same source and headline, at the same path or of the same exact second, and not
        itself in this poll under one of its names.
        """
        if self._same_headline is None:
            self._same_headline = self._headlines()
        for row in self._same_headline.get(parsed.headline, ()):
            if row.id in self._taken or row.id in self._rows:
                continue
            exact = parsed.date_grade is DateGrade.EXACT and _published(row) == parsed.published_at
            if exact or _path(row.content["url"]) == _path(parsed.url):
                return row
        return None

    def _headlines(self) -> dict[str, list[Row[Any]]]:
        rows = self._connection.execute(
            sa.select(story)
            .where(story.c.source == self._source, story.c.first_seen_at >= self._since)
            .order_by(story.c.id)
        )
        found = defaultdict(list)
        for row in rows:
            found[row.headline].append(row)
        return found


def owners(connection: Connection, names: Iterable[Alias]) -> Iterator[tuple[Alias, StoryId]]:
    """Whose names these are, as far as they are anyone's."""
    for some in _portions(sorted(names)):
        rows = connection.execute(
            sa.select(story_alias).where(
                sa.tuple_(story_alias.c.kind, story_alias.c.value).in_(
                    [(alias.kind.value, alias.value) for alias in some]
                )
            )
        )
        for row in rows:
            yield Alias(AliasKind(row.kind), row.value), StoryId(row.story_id)


def _rows(connection: Connection, ids: set[StoryId]) -> Iterator[Row[Any]]:
    for some in _portions(sorted(ids)):
        yield from connection.execute(sa.select(story).where(story.c.id.in_(some)))


def _addresses(connection: Connection, ids: set[StoryId]) -> dict[StoryId, set[str]]:
    found: dict[StoryId, set[str]] = {key: set() for key in ids}
    for some in _portions(sorted(ids)):
        rows = connection.execute(
            sa.select(story_alias.c.story_id, story_alias.c.value).where(
                story_alias.c.story_id.in_(some), story_alias.c.kind == AliasKind.URL.value
            )
        )
        for row in rows:
            found[row.story_id].add(row.value)
    return found


def _portions(values: list[Value]) -> Iterator[list[Value]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]


def _address(parsed: ParsedStory) -> str:
    """The key of its address, "" where the address names no single story."""
    return next((one.value for one in parsed.aliases if one.kind is AliasKind.URL), "")


def _published(row: Row[Any]) -> datetime | None:
    return codec.PARSED.validate_python(row.content).published_at


def _path(url: str) -> str:
    parts = urlsplit(url)
    path = parts.path.strip("/")
    return f"{path}?{parts.query}" if path or parts.query else url
