"""calendar: the days to come, what goes out on each, and days that people leave out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.engine import Connection

from digest.curate.lifecycle import fills
from digest.errors import NotFoundError, WrongStateError
from digest.model import Edition, Issue, IssueState
from digest.schedule.dates import Closed, closed, goes
from digest.schedule.occurrences import Occurrence, between, on, rhythm
from digest.steps.approve import skip
from digest.steps.coming import covered
from digest.steps.parts import Parts, zone
from digest.store import days_off, edition_pauses, issues
from digest.store.days_off import DayOff
from digest.store.edition_pauses import EditionPause
from digest.store.engine import reading, writing

#: days that the calendar shows, and how far ahead a day may be left out
DAYS = 14
_MOMENT = timedelta(seconds=1)
#: states of issues that leave their stories to the next one
_OUT = frozenset({IssueState.SKIPPED, IssueState.MISSED, IssueState.FAILED, IssueState.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An issue that goes out, went, or was left out."""

    edition: Edition
    local_date: date
    at: datetime
    #: none: nobody opened it yet
    issue: Issue | None
    #: somebody left the day out
    off: DayOff | None
    #: the edition is paused then
    paused: EditionPause | None = None
    #: the name of the holiday that it is
    holiday: str = ""
    #: from when until when stories come for it; none: that is not known any more, or not to be
    covers: tuple[datetime, datetime] | None

    @property
    def local(self) -> datetime:
        """When it is due, by the clocks of its edition."""
        return self.at.astimezone(zone(self.edition))


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day and all that goes out on it."""

    day: date
    entries: Sequence[Entry]
    #: the names of editions that have no issue on it
    quiet: Sequence[str]
    #: the names of editions that would have one but for a holiday
    closed: Sequence[tuple[str, Closed]] = ()


def calendar(parts: Parts, editions: Sequence[Edition]) -> list[Day]:
    """The days from today on, of these editions."""
    now = parts.clock.now()
    first = min((now.astimezone(zone(one)).date() for one in editions), default=now.date())
    days = [first + timedelta(days=number) for number in range(DAYS)]
    with reading(parts.engine) as connection:
        found = [entry for one in editions for entry in _entries(connection, one, days, now)]
    told = []
    for day in days:
        theirs = sorted((one for one in found if one.local_date == day), key=lambda one: one.at)
        busy = {one.edition.slug for one in theirs}
        shut = [(one.name, each) for one in editions for each in closed(one, day, day)]
        named = {name for name, _ in shut}
        quiet = [one.name for one in editions if one.slug not in busy and one.name not in named]
        told.append(Day(day=day, entries=theirs, quiet=quiet, closed=shut))
    return told


def leave_out(parts: Parts, edition: Edition, day: date, who: str) -> None:
    """Have no issue on a day to come; its stories roll into the next one.

    An issue that is open already is skipped, for good. Raises NotFoundError and WrongStateError.
    """
    now = parts.clock.now()
    _check(parts, edition, day)
    with reading(parts.engine) as connection:
        issue = issues.find(connection, edition.slug, day)
    if issue is not None:
        skip(parts, issue, who)
        return
    with writing(parts.engine) as connection:
        days_off.add(connection, edition.slug, day, who, now)


def put_back(parts: Parts, edition: Edition, day: date) -> None:
    """Have an issue on a day that was left out. Raises NotFoundError and WrongStateError."""
    _check(parts, edition, day)
    with writing(parts.engine) as connection:
        if not days_off.remove(connection, edition.slug, day):
            raise WrongStateError("the day is not left out, or its issue is skipped for good")


def _check(parts: Parts, edition: Edition, day: date) -> None:
    now = parts.clock.now()
    last = now.astimezone(zone(edition)).date() + timedelta(days=DAYS)
    if not goes(edition, day) or day > last:
        raise NotFoundError(f"{edition.slug} has no issue on {day} that could be left out")
    if on(edition, day).at <= now:
        raise WrongStateError("that day’s issue is due already")


def _entries(
    connection: Connection, edition: Edition, days: Sequence[date], now: datetime
) -> list[Entry]:
    start, end = on(edition, days[0]).at - _MOMENT, on(edition, days[-1]).at
    opened = [one for one in issues.since(connection, start) if one.edition == edition.slug]
    planned = {one.local_date: one for one in opened if not one.extra}
    off = days_off.of(connection, edition.slug)
    pauses = edition_pauses.of(connection, edition.slug)
    lock = timedelta(minutes=edition.lock_minutes)
    begins = issues.watermark(connection, edition.slug) or now - rhythm(edition, now)
    begins = max(begins, covered(connection, edition, now) or begins)
    made = []
    for due in _dues(edition, start, end, planned.values()):
        issue = planned.get(due.local_date)
        at = issue.scheduled_at if issue else due.at
        keeps = (one for one in pauses if issue is None and one.keeps(due.local_date, due.at))
        paused = next(keeps, None)
        out = due.local_date in off or paused or (issue is not None and issue.state in _OUT)
        covers = None if out else _window(issue) or (begins, at - lock)
        if covers is not None:
            begins = max(begins, covers[1])
        elif paused is not None:
            begins = max(begins, at - lock)  # what it would have told passes by
        made.append(
            Entry(
                edition=edition,
                local_date=due.local_date,
                at=at,
                issue=issue,
                off=off.get(due.local_date),
                paused=paused,
                holiday=due.holiday,
                covers=covers,
            )
        )
    return made + [_extra(edition, one) for one in opened if one.extra]


def _dues(
    edition: Edition, start: datetime, end: datetime, opened: Iterable[Issue]
) -> list[Occurrence]:
    """By schedule, and issues that people worked on before it was another."""
    found = {one.local_date: one for one in between(edition, start, end)}
    for issue in opened:
        found.setdefault(issue.local_date, on(edition, issue.local_date))
    return sorted(found.values(), key=lambda one: one.local_date)


def _window(issue: Issue | None) -> tuple[datetime, datetime] | None:
    """What an issue covers whose content stands."""
    if issue is None or fills(issue) or issue.window_from is None or issue.window_to is None:
        return None
    return issue.window_from, issue.window_to


def _extra(edition: Edition, issue: Issue) -> Entry:
    """An issue outside the schedule: it covers what its editors choose."""
    return Entry(
        edition=edition,
        local_date=issue.local_date,
        at=issue.scheduled_at,
        issue=issue,
        off=None,
        covers=None,
    )
