"""opening: the issues that the schedule wants are there, those that it no longer wants are not.

Called at every tick, so whatever changed meanwhile is caught up with: time, zone and days in
config.toml, holidays, the machine's table of zones, days left out, pauses. Nothing is owed by a
schedule from before it held, so a change brings no burst of issues; a local date has one issue, so
it takes none away.
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy.engine import Connection

from digest.model import Edition, Issue, IssueState
from digest.schedule.occurrences import Occurrence, of_date
from digest.steps.coming import coming, first_coming, kept_in
from digest.steps.parts import Parts
from digest.store import issues, minutes, schedules, untouched
from digest.store.engine import reading, writing

log = structlog.get_logger()

#: how far ahead issues are opened
AHEAD = timedelta(days=1, hours=12)
#: how far back occurrences are looked for that nobody opened, because nothing was running
BEHIND = timedelta(days=8)
#: issues whose time may still change
OPEN = frozenset(
    {
        IssueState.PLANNED,
        IssueState.DRAFTING,
        IssueState.REVIEW,
        IssueState.APPROVED,
        IssueState.HELD,
    }
)
RESCHEDULED = "rescheduled"


def plan(parts: Parts, edition: Edition) -> list[Issue]:
    """Open the issue of every occurrence up to ``AHEAD``, and of those missed while down."""
    now = parts.clock.now()
    since = _since(parts, edition, now)
    adjust(parts, edition)
    with reading(parts.engine) as connection:
        due = issues.latest(connection, edition.slug, until=now)
        after = max(since, now - BEHIND, *([due.scheduled_at] if due else []))
        wanted = coming(connection, edition, after, now + AHEAD)
        if not any(one.at > now for one in wanted):
            following = first_coming(connection, edition, now)
            wanted += [following] if following else []
    with writing(parts.engine) as connection:
        return [issues.open_issue(connection, edition.slug, one) for one in wanted]


def told(edition: Edition) -> str:
    """What an edition's schedule is, in one line that is equal for equal ones."""
    days = edition.monthly or sorted(edition.weekdays)
    weeks = edition.every_weeks, edition.first_week if edition.every_weeks > 1 else None
    where = edition.first_zone if edition.reader_local else None
    rule = edition.holidays
    holidays = (rule.then.value, rule.told) if rule else None
    return repr((edition.time, edition.zone, days, str(weeks), where, holidays))


def _since(parts: Parts, edition: Edition, now: datetime) -> datetime:
    """Since when the edition goes by its schedule; noted where it is another than before."""
    schedule = told(edition)
    with reading(parts.engine) as connection:
        before = schedules.since(connection, edition.slug)
        due = issues.latest(connection, edition.slug, until=now)
    if before is not None and before[0] == schedule:
        return before[1]
    # An edition that never had an issue starts now: nothing before that is owed to anybody.
    since = due.scheduled_at if before is None and due is not None else now
    with writing(parts.engine) as connection:
        schedules.put(connection, edition.slug, schedule, since)
    if before is not None:
        log.info("schedule_changed", edition=edition.slug, was=before[0], schedule=schedule)
    return since


def adjust(parts: Parts, edition: Edition) -> None:
    """Bring issues to come to the time that the schedule gives their date.

    One whose new time is over keeps its old one. One whose date has none any more is closed again,
    as if nobody had opened it, unless somebody has worked on it: then people decide.
    """
    now = parts.clock.now()
    with reading(parts.engine) as connection:
        found = [
            (one, _at(connection, edition, one))
            for one in issues.in_states(connection, OPEN, edition.slug)
            if one.scheduled_at > now and not one.extra
        ]
    for issue, due in found:
        if due is None:
            with writing(parts.engine) as connection:
                if untouched.remove(connection, issue):
                    log.info("issue_closed_again", edition=edition.slug, date=issue.local_date)
        elif due.at != issue.scheduled_at and due.at > now:
            with writing(parts.engine) as connection:
                issues.reschedule(connection, issue, due.at)
                at = due.at.isoformat()
                minutes.write(connection, issue.id, now, "scheduler", RESCHEDULED, at)
            log.info("issue_rescheduled", issue=issue.id, at=at)


def _at(connection: Connection, edition: Edition, issue: Issue) -> Occurrence | None:
    due = of_date(edition, issue.local_date)
    return None if due is None or kept_in(connection, edition, due) else due
