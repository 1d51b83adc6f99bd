"""Reads the dates that sources write, with a grade of how far each can be trusted.

RFC 822/5322, ISO 8601 and what people write instead. Feed parsers read BST and IST as UTC,
``+0530`` as ``+05:00`` and fill ``May`` up from today; here a date that does not say its day is
no date, and a zone that had to be guessed is graded so.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from digest.model import DateGrade
from digest.sources.zones import AMBIGUOUS, OFFSETS, REGIONAL, month

_LONGEST = 100
#: outside these years a date is a null value or a slip
_FIRST_YEAR, _LAST_YEAR = 1990, 2100

_EPOCH = re.compile(r"\d{10}(?:\.\d+)?|\d{13}")
_COMPACT = re.compile(r"^(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?)?(?=\D|$)")
_WORD = r"(?P<month>[^\W\d_]{3,12})"
#: tried in this order; each names year, month and day
_DAYS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<![\d-])(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)",
        r"(?P<year>\d{4})年\s*(?P<month>\d{1,2})月\s*(?P<day>\d{1,2})日",
        # Thu Aug 20 09:00:00 EDT 2026 (asctime)
        _WORD + r"\s+(?P<day>\d{1,2})(?P<time>\s+\d{1,2}:\d\d.{0,30}?)\s(?P<year>\d{4})$",
        r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th|er|[.ºª])?(?:\s+de)?[\s-]*"
        + _WORD
        + r"\.?,?(?:\s+del?)?[\s-]*(?P<year>\d{4}|\d{2})(?![\d:])",
        _WORD + r"\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})(?![\d:])",
    )
)
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?!\d)")
_TIME = re.compile(
    r"(?<!\d)(\d{1,2})[:h](\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?!\d)\s*(?:([ap])\.?\s?m\b\.?)?",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"(?:\b(?:GMT|UTC|UT|Z)\s?)?([+\u2212-])(\d{1,2}):?(\d{2})?(?!\d)")
_ZONE_NAME = re.compile(r"(?<![A-Za-z/])([A-Z]{1,5}|[zZ])(?![A-Za-z/])")


@dataclass(frozen=True, slots=True)
class Dated:
    """An instant in UTC and how far it can be trusted."""

    at: datetime | None
    grade: DateGrade
    #: the time of day is written as 00:00, which often stands for "some time that day"
    midnight: bool = False


UNDATED = Dated(None, DateGrade.NONE)


def read(raw: str, zone: ZoneInfo | None = None) -> Dated:
    """What ``raw`` says. ``zone`` is where its source keeps its clock, for dates that do not say.

    Never raises: what cannot be read, or leaves its day open, is UNDATED.
    """
    text = " ".join(raw.split())
    if not text or len(text) > _LONGEST:
        return UNDATED
    try:
        if _EPOCH.fullmatch(text):
            return _epoch(text)
        return _written(text, zone)
    except (ValueError, OverflowError):
        return UNDATED


def _epoch(text: str) -> Dated:
    seconds = int(text) // 1000 if len(text) == 13 else int(float(text))
    at = datetime.fromtimestamp(seconds, UTC)
    return Dated(at, DateGrade.EXACT) if _FIRST_YEAR <= at.year <= _LAST_YEAR else UNDATED


def _written(text: str, zone: ZoneInfo | None) -> Dated:
    found = _day(text)
    if found is None or not _FIRST_YEAR <= found[0].year <= _LAST_YEAR:
        return UNDATED
    day, rest = found
    clock = _TIME.search(rest)
    if clock is None:
        return Dated(_utc(day, zone or UTC), DateGrade.DAY_ONLY, midnight=True)
    local = _at(day, clock)
    tail = rest[clock.end() :]
    offset, sure = _zone(tail, local, zone)
    grade = DateGrade.EXACT if sure else DateGrade.ASSUMED_ZONE
    return Dated(_utc(local, offset), grade, midnight=local.time() == time(0))


def _utc(local: datetime, zone: ZoneInfo | timezone) -> datetime:
    return local.replace(tzinfo=zone).astimezone(UTC)


def _day(text: str) -> tuple[datetime, str] | None:
    """The day at 00:00 without a zone, and the rest of the text, where the time may stand."""
    text = _COMPACT.sub(_spread, text)
    for pattern in _DAYS:
        found = pattern.search(text)
        if found is None:
            continue
        named = found.groupdict()
        number = int(named["month"]) if named["month"].isdecimal() else month(named["month"])
        if number:
            rest = named.get("time") or _around(text, found)
            return _date(_full(named["year"]), number, int(named["day"])), rest
    found = _NUMERIC.search(text)
    return (_numeric(found), _around(text, found)) if found else None


def _spread(compact: re.Match[str]) -> str:
    """``20260820T0900`` with its separators."""
    year, month_, day, hour, minute, second = compact.groups()
    return f"{year}-{month_}-{day}" + (f" {hour}:{minute}:{second or '00'}" if hour else "")


def _around(text: str, found: re.Match[str]) -> str:
    """The time stands behind the date, or, seldom, before it."""
    return f"{text[found.end() :]} {text[: found.start()]}"


def _date(year: int, month_: int, day: int) -> datetime:
    return datetime(year, month_, day)  # noqa: DTZ001 - the zone is settled later


def _full(year: str) -> int:
    """A year of two digits as RFC 5322 §4.3 reads it."""
    if len(year) == 4:
        return int(year)
    return int(year) + (2000 if int(year) < 50 else 1900)


def _numeric(found: re.Match[str]) -> datetime:
    """Day and month in figures: only where they cannot be mistaken (ValueError otherwise)."""
    first, mark, second, year = found.groups()
    if int(second) > 12:
        return _date(int(year), int(first), int(second))
    if int(first) > 12 or first == second or mark == ".":
        return _date(int(year), int(second), int(first))
    raise ValueError("day and month could be either way round")


def _at(day: datetime, clock: re.Match[str]) -> datetime:
    hour, minute, second, half = clock.groups()
    hours = int(hour)
    if half:
        hours = hours % 12 + (12 if half.lower() == "p" else 0)
    if hours > 24 or int(minute) > 59 or int(second or 0) > 60:
        raise ValueError("no such time of day")
    return day + timedelta(hours=hours, minutes=int(minute), seconds=min(int(second or 0), 59))


def _zone(tail: str, local: datetime, zone: ZoneInfo | None) -> tuple[ZoneInfo | timezone, bool]:
    """The zone that the text names and True, or the one assumed and False."""
    if offset := _OFFSET.search(tail):
        sign, hours, minutes = offset.groups()
        shift = timedelta(hours=int(hours), minutes=int(minutes or 0))
        return timezone(-shift if sign != "+" else shift), True
    for name in _ZONE_NAME.findall(tail):
        abbreviation = name.upper()
        if zone is not None and local.replace(tzinfo=zone).tzname() == abbreviation:
            return zone, True
        if abbreviation in REGIONAL:
            return ZoneInfo(REGIONAL[abbreviation]), True
        if abbreviation in OFFSETS:
            shift = timedelta(minutes=OFFSETS[abbreviation])
            return timezone(shift), abbreviation not in AMBIGUOUS
    return zone or UTC, False
