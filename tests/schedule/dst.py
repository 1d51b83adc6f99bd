"""Every zone, every change of the clocks from 2020 to 2037: one issue for each local date.

``python -m tests.schedule.dst`` walks all of them on all cores and prints what it found;
``test_dst.py`` walks some.
"""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from zoneinfo import ZoneInfo, available_timezones

from digest.model import Edition
from digest.schedule.hours import Local
from digest.schedule.occurrences import between, on

FIRST, LAST = date(2020, 1, 1), date(2037, 12, 31)
SET_BACK = (timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2))
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
#: clock times: at changes, around midnight, and a usual morning; those that few zones skip too
TIMES = tuple(
    f"{hour:02}:{minute:02}"
    for hour, minute in [
        *((hour, minute) for hour in (0, 1, 2, 3) for minute in (0, 15, 30, 45, 59)),
        (6, 0),
        (12, 0),
        (22, 30),
        (23, 0),
        (23, 30),
        (23, 59),
    ]
)
#: days before and after a change
AROUND = 3
#: days of zones that never change their clocks in that time, in place of changes
QUIET = tuple(date(year, month, 1) for year in range(2020, 2038, 3) for month in (1, 7))


@dataclass(slots=True)
class Found:
    """What a zone's walk came to."""

    zones: int = 0
    changes: int = 0
    cases: int = 0
    errors: list[str] = field(default_factory=list)

    def add(self, other: "Found") -> None:
        self.zones += other.zones
        self.changes += other.changes
        self.cases += other.cases
        self.errors += other.errors


def zones() -> list[str]:
    """All that have a place, or are an offset: no aliases of files, no right/ or posix/."""
    return sorted(one for one in available_timezones() if one not in {"localtime", "Factory"})


def changes(zone: ZoneInfo) -> Iterator[date]:
    """The local dates on which the zone's offset changes, each once; no two are in one week."""
    start = FIRST
    while start <= LAST:
        week = [start + number * DAY for number in range(8)]
        if _noon(week[0], zone).utcoffset() != _noon(week[-1], zone).utcoffset():
            offsets = [_noon(day, zone).utcoffset() for day in week]
            yield next(
                day for day, offset in zip(week, offsets, strict=True) if offset != offsets[0]
            )
        start = week[-1]


def walk(name: str, times: Sequence[str] = TIMES, *, every: int = 1) -> Found:
    """All changes of a zone, or every so many of them, with all clock times."""
    zone = ZoneInfo(name)
    days = list(changes(zone)) or list(QUIET)
    found = Found(zones=1, changes=len(days))
    for clock_time in times:
        edition = Edition(slug="e", name="E", time=clock_time, zone=name)
        for day in days[::every]:
            _around(edition, zone, day, found)
    return found


def _around(edition: Edition, zone: ZoneInfo, day: date, found: Found) -> None:
    """The days around a change: their instants, in order, one for each date."""
    first, last = day - AROUND * DAY, day + AROUND * DAY
    span = [first + number * DAY for number in range((last - first).days + 1)]
    at = [on(edition, one).at for one in span]
    wrong = found.errors
    for one, instant in zip(span, at, strict=True):
        found.cases += 1
        if not right(one, edition.time, instant, zone):
            wrong.append(f"{edition.zone} {one} {edition.time}: {instant.isoformat()}")
    # A walk by ticks of any length meets each date once, and none twice.
    met = [one.local_date for one in between(edition, at[0] - HOUR / 4, at[-1])]
    if met != span:
        wrong.append(f"{edition.zone} {day} {edition.time}: met {met}")
    half = at[0] + (at[-1] - at[0]) / 2
    parts = [*between(edition, at[0] - HOUR / 4, half), *between(edition, half, at[-1])]
    if [one.local_date for one in parts] != span:
        wrong.append(f"{edition.zone} {day} {edition.time}: in two parts")


def right(day: date, clock_time: str, at: datetime, zone: ZoneInfo) -> bool:
    """By another way than ours: the zone's clock, minute by minute, has it first at this instant.

    What it never shows is due at the first minute whose reading is later.
    """
    wanted = datetime.fromisoformat(f"{day}T{clock_time}")
    here = at.astimezone(zone).replace(tzinfo=None)
    before = (at - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
    if here == wanted:
        # The first of two: a clock is set back by half an hour, by one or by two.
        return not any(
            (at - back).astimezone(zone).replace(tzinfo=None) == wanted for back in SET_BACK
        )
    return before < wanted < here


def local_dates(day: date, clock_time: str, names: Sequence[str]) -> Found:
    """A reader-local issue of ``day``: each zone gets it on that date, none before the first."""
    found = Found()
    edition = Edition(slug="e", name="E", time=clock_time, zone="UTC", reader_local=True)
    first = on(edition, day).at
    local = Local(day, datetime.fromisoformat(f"{day}T{clock_time}").time())
    for name in names:
        zone = ZoneInfo(name)
        at = local.due(first, None, zone)
        found.cases += 1
        if at < first or at > first + 27 * HOUR or not right(day, clock_time, at, zone):
            found.errors.append(f"{name} {day} {clock_time}: reader-local at {at.isoformat()}")
    return found


def _noon(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=zone)


def main() -> int:
    """All of it; the exit status says whether anything was wrong."""
    began, found = time.monotonic(), Found()
    names, cores = zones(), os.cpu_count() or 1
    with ProcessPoolExecutor(cores) as pool:
        for one in pool.map(walk, names, chunksize=4):
            found.add(one)
        days = [FIRST + number * 29 * DAY for number in range((LAST - FIRST).days // 29)]
        for one in pool.map(local_dates, days, ["06:00"] * len(days), [names] * len(days)):
            found.add(one)
    took = time.monotonic() - began
    for error in found.errors[:20]:
        print(f"  {error}")
    print(
        f"{found.zones} zones, {found.changes} changes of clocks, {found.cases:,} cases, "
        f"{len(found.errors)} errors, {took:.0f} s on {cores} cores "
        f"(tzdata {version('tzdata')}, {datetime.now(UTC):%Y-%m-%d})"
    )
    return bool(found.errors)


if __name__ == "__main__":
    sys.exit(main())
