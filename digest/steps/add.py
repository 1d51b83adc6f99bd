"""add: an editor's own find, from its address into the issues that are filling."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog
from sqlalchemy.engine import Connection

from digest.errors import WrongStateError
from digest.model import (
    GatheredSource,
    GatherStatus,
    IssueId,
    ParsedStory,
    PickOrigin,
    StoredStory,
    StoryId,
    StoryState,
)
from digest.steps.curate import curate
from digest.steps.parts import Parts
from digest.store import added, stories
from digest.store.engine import reading, writing
from digest.store.recognise import Recognition

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What became of an editor's find."""

    story: StoredStory
    #: the story was here before: no second one was made
    known: bool
    #: whose next issues may carry it, as an editor's pick
    editions: tuple[str, ...]
    #: editions whose readers have it already, and in which issue: those do not get it again
    sent: Mapping[str, IssueId] = field(default_factory=dict)


def add(
    parts: Parts, found: ParsedStory, editions: Collection[str], who: str = "command line"
) -> Added:
    """Keep a story as an editor's pick for ``editions``, or for all where none is named.

    A story that is known by one of its names becomes a pick and stays what it is. Raises
    NotFoundError for an unknown edition and WrongStateError for a story held back by its
    publisher.
    """
    slugs = tuple(parts.edition(slug).slug for slug in editions)
    now = parts.clock.now()
    picked = replace(found, pick=PickOrigin.DESK)
    with writing(parts.engine) as connection:
        known = _known(connection, picked, now) is not None
        for carrier in map(added.carrier, slugs or ("",)):
            told = GatheredSource(source=carrier, status=GatherStatus.OK, stories=(picked,))
            kept = stories.keep(connection, told, now)
        (key,) = (*kept.new, *kept.updated, *kept.unchanged)
        _check(stories.state_of(connection, key))
        added.wanted(connection, key, slugs or parts.editions)
    log.info("story_added", story=key, known=known, editions=slugs, by=who)
    curate(parts)
    with reading(parts.engine) as connection:
        return _added(connection, parts, key, slugs, known=known)


def look(parts: Parts, found: ParsedStory, editions: Collection[str]) -> Added:
    """What ``add`` would do. Stores nothing."""
    slugs = tuple(parts.edition(slug).slug for slug in editions)
    now = parts.clock.now()
    with reading(parts.engine) as connection:
        key = _known(connection, found, now)
        if key is not None:
            _check(stories.state_of(connection, key))
            return _added(connection, parts, key, slugs, known=True)
    new = StoredStory(
        id=StoryId(0),
        source=added.carrier(),
        version=1,
        story=replace(found, pick=PickOrigin.DESK),
        first_seen_at=now,
        classification=parts.classifier.classify(found),
    )
    return Added(story=new, known=False, editions=slugs or tuple(parts.editions))


def _known(connection: Connection, found: ParsedStory, now: datetime) -> StoryId | None:
    row = Recognition(connection, added.carrier(), (found,), now).find(found).row
    return StoryId(row.id) if row is not None else None


def _check(state: StoryState) -> None:
    if state is not StoryState.LIVE:
        raise WrongStateError(
            f"its publisher holds this story back: it is {state}",
            hint="it is carried when the site gives it back",
        )


def _added(
    connection: Connection, parts: Parts, key: StoryId, slugs: tuple[str, ...], *, known: bool
) -> Added:
    wanted = slugs or tuple(parts.editions)
    return Added(
        story=stories.get(connection, [key])[key],
        known=known,
        editions=wanted,
        sent=added.sent(connection, key, wanted),
    )
