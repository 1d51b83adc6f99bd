"""history: what editors did to an issue, by whom and when, in words."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection

from digest.desk.history import summary, told
from digest.errors import ConflictError
from digest.model import Hand, Issue, StoryId
from digest.store import drafts, hands, stories


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One act of an editor."""

    #: the issue's revision after it
    revision: int
    at: datetime
    who: str
    what: str
    #: before → after, one line each
    changes: tuple[str, ...]


def history(connection: Connection, issue: Issue) -> list[Told]:
    """What editors did to an issue, newest first."""
    acts = hands.acts(connection, issue.id)
    names = _names(connection, [one.hand for one in acts])
    before = [*(one.hand for one in acts[1:]), Hand()]
    return [
        Told(
            revision=act.revision,
            at=act.at,
            who=act.who,
            what=act.what,
            changes=tuple(told(was, act.hand, names)),
        )
        for act, was in zip(acts, before, strict=False)
    ]


def told_between(connection: Connection, before: Hand, after: Hand) -> list[str]:
    """What editors decided differently in two hands, one line each."""
    return told(before, after, _names(connection, [before, after]))


def changes(connection: Connection, issue: Issue, before: int, after: int) -> list[str]:
    """What changed between two revisions of an issue, in two lines at most."""
    was, now = (hands.in_force(connection, issue.id, one) for one in (before, after))
    stood, stands = (drafts.shown_at(connection, issue.id, one) for one in (before, after))
    names = _names(connection, [was, now], {story for _, story in (*stood, *stands)})
    return summary(stood, stands, told(was, now, names), names)


def conflict(connection: Connection, issue: Issue, seen: int) -> ConflictError:
    """What tells somebody who saw revision ``seen`` that the issue changed since, and by whom."""
    last = next(iter(hands.acts(connection, issue.id, limit=1)), None)
    who = last.who if last is not None and last.revision > seen else ""
    told = changes(connection, issue, seen, issue.revision)
    return ConflictError(issue.revision, who, told, issue=issue.id)


def _names(
    connection: Connection,
    held: list[Hand],
    further: frozenset[StoryId] | set[StoryId] = frozenset(),
) -> dict[StoryId, str]:
    """The own headlines of all stories that hands speak of, and of ``further``."""
    spoken = {key for one in held for key in one.overrides}
    spoken |= {slot.story for one in held for slot in one.placed}
    return stories.headlines(connection, spoken.union(further))
