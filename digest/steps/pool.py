"""The pool of an issue: what it may use, grouped and ranked."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection

from digest.curate.changes import is_update
from digest.curate.rank import Facts, rank
from digest.model import Candidate, Edition, StoryId
from digest.steps.parts import Parts
from digest.store import events, stories, windows
from digest.store.events import Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """The stories of an issue, best first, and what was left out of them."""

    candidates: tuple[Candidate, ...]
    #: a new story → the one already sent that it is a copy of
    sent_as: Mapping[StoryId, StoryId]
    #: sent before and told anew, but with little that is new
    same_as_sent: frozenset[StoryId]


def pool(
    connection: Connection,
    parts: Parts,
    edition: Edition,
    span: tuple[datetime, datetime],
    pinned: Collection[StoryId] = (),
) -> Pool:
    """Make the pool of what came in ``span``, and of the stories that editors placed."""
    after, until = span
    found = windows.window(connection, edition.slug, edition.sources, after, until)
    updates = frozenset(
        stored.id
        for stored, was in found.retold
        if edition.updates and is_update(was, stored.story)
    )
    placed = stories.get(connection, pinned, live=True)
    usable = {stored.id: stored for stored in found.fresh}
    usable |= {stored.id: stored for stored, _ in found.retold if stored.id in updates}
    usable |= placed
    sent = {stored.id: stored for stored in found.sent}
    rules = events.rules(connection, sent.keys() | usable.keys())
    groups = parts.grouper.group(
        list((sent | usable).values()),
        [(one.first, one.second) for one in rules if one.decision is Decision.JOIN],
        [(one.first, one.second) for one in rules if one.decision is Decision.SPLIT],
    )
    told = {groups[key].copy: key for key in sorted(sent, reverse=True)}
    sent_as = {
        key: told[groups[key].copy]
        for key in usable
        if groups[key].copy in told and key not in updates and key not in placed
    }
    facts = Facts(
        picks=found.picks,
        carriers=found.carriers,
        groups=groups,
        weights=parts.weights,
        updates=updates,
        pinned=frozenset(placed),
    )
    return Pool(
        candidates=rank([one for key, one in usable.items() if key not in sent_as], until, facts),
        sent_as=sent_as,
        same_as_sent=frozenset(stored.id for stored, _ in found.retold) - updates,
    )
