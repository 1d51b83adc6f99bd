"""pause and resume of an edition: no issue of it until a date, and no backlog afterwards."""

from datetime import date, datetime, timedelta

from sqlalchemy.engine import Connection

from digest.curate.lifecycle import UNFINISHED
from digest.errors import InvalidError, WrongStateError
from digest.model import Edition, Issue, IssueState
from digest.steps.approve import skip
from digest.steps.parts import Parts, zone
from digest.store import edition_pauses, issues, untouched
from digest.store.edition_pauses import EditionPause
from digest.store.engine import reading, writing

#: the longest pause with an end: after that somebody should ask whether it is still one
LONGEST = timedelta(days=366)
WHY = "its edition is paused"


def standing(connection: Connection, edition: Edition, now: datetime) -> EditionPause | None:
    """The pause that an edition is in; None: it is in none."""
    today = now.astimezone(zone(edition)).date()
    found = (one for one in edition_pauses.of(connection, edition.slug) if one.stands(today))
    return next(found, None)


def pause(parts: Parts, edition: Edition, until: date | None, who: str) -> list[Issue]:
    """Let no issue of an edition go before ``until``; None: until it is resumed.

    Issues to come that nobody worked on are closed again; the others, which are returned, are
    skipped for good. One on its way, or due and held, is left: `digest stop` is for that.
    Raises InvalidError for a date that is over or too far ahead, WrongStateError where the edition
    is paused.
    """
    now = parts.clock.now()
    today = now.astimezone(zone(edition)).date()
    if until is not None and not today < until <= today + LONGEST:
        raise InvalidError(f"{until} is not within a year from tomorrow on")
    with writing(parts.engine) as connection:
        if standing(connection, edition, now) is not None:
            raise WrongStateError(
                f"{edition.slug} is paused already",
                hint=f"`digest edition resume {edition.slug}` ends that",
            )
        edition_pauses.add(connection, edition.slug, until, who, now)
        left = [
            issue
            for issue in issues.in_states(
                connection, UNFINISHED - {IssueState.SENDING}, edition.slug
            )
            if not issue.extra
            and issue.scheduled_at > now
            and (until is None or issue.local_date < until)
            and not untouched.remove(connection, issue)
        ]
    return [skip(parts, issue, who, WHY) for issue in left]


def resume(parts: Parts, edition: Edition, who: str) -> None:
    """End a pause: the next issue is that of the next day by schedule. Raises WrongStateError."""
    now = parts.clock.now()
    with writing(parts.engine) as connection:
        if standing(connection, edition, now) is None:
            raise WrongStateError(f"{edition.slug} is not paused")
        edition_pauses.end(connection, edition.slug, who, now)


def standing_of(parts: Parts, edition: Edition) -> EditionPause | None:
    """The pause that an edition is in now."""
    with reading(parts.engine) as connection:
        return standing(connection, edition, parts.clock.now())
