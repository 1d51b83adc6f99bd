"""When an edition goes: the keys of [[editions]] that say so, and [editions.holidays]."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field

from digest.config.table import Table
from digest.config.values import Country, LocalTime, Slug, Zone
from digest.errors import ConfigError, ConfigMistake
from digest.model import LAST, HolidayCalendar, Holidays, MonthDay, OnHoliday, WhenMissed
from digest.schedule.holidays import BothDays, CountryDays, FileDays

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
NUMBERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": LAST}
_NTH = re.compile(rf"({'|'.join(NUMBERS)}) ({'|'.join(WEEKDAYS)})")


def month_day(told: str | int) -> MonthDay:
    """``15``, ``last`` or ``first mon`` as a day of every month. Raises ValueError."""
    text = str(told)
    if text == "last":
        return MonthDay(LAST)
    if text.isascii() and text.isdecimal() and 1 <= int(text) <= 31:
        return MonthDay(int(text))
    if found := _NTH.fullmatch(text):
        return MonthDay(NUMBERS[found[1]], WEEKDAYS.index(_weekday(found[2])) + 1)
    raise ValueError('use 1 to 31, "last", or such as "first mon" and "last fri"')


def _weekday(told: str) -> Weekday:
    return next(one for one in WEEKDAYS if one == told)


def _month_day(told: str | int) -> str | int:
    month_day(told)
    return told


class HolidaySettings(Table):
    """[editions.holidays]: which days are holidays, and what becomes of issues on them."""

    country: Country | None = None
    #: a part of it, as ISO 3166-2 calls it after the country: BY of DE-BY
    subdivision: str = ""
    #: an iCalendar file, beside the country or instead of it
    file: Path | None = None
    then: OnHoliday = OnHoliday.SKIP
    #: with ``then = "template"``
    template: Slug = "brief"


class ScheduleSettings(Table):
    """The keys of [[editions]] that say when it goes."""

    time: LocalTime = "06:00"
    zone: Zone = "UTC"
    weekdays: tuple[Weekday, ...] = Field(default=WEEKDAYS, min_length=1)
    every_weeks: int = Field(default=1, ge=1, le=52)
    #: any day of a week in which it goes
    first_week: date | None = None
    monthly: tuple[Annotated[str | int, AfterValidator(_month_day)], ...] = ()
    reader_local: bool = False
    first_zone: Zone = "Pacific/Kiritimati"
    holidays: HolidaySettings | None = None
    when_missed: WhenMissed = WhenMissed.ROLL_OVER
    lock_minutes: int = Field(default=10, ge=0, le=720)
    send_by_minutes: int = Field(default=90, ge=1, le=1440)


def mistakes(key: str, row: Mapping[str, Any]) -> Iterator[ConfigMistake]:
    """What must hold between these keys of one edition, in the raw values."""
    if row.get("monthly") and "weekdays" in row:
        yield ConfigMistake(f"{key}.weekdays", "stands against monthly: give one of the two")
    if row.get("monthly") and "every_weeks" in row:
        yield ConfigMistake(f"{key}.every_weeks", "stands against monthly: give one of the two")
    if row.get("every_weeks", 1) != 1 and not row.get("first_week"):
        told = "is missing: any day of a week in which it goes, such as 2026-11-30"
        yield ConfigMistake(f"{key}.first_week", told)
    if "first_zone" in row and not row.get("reader_local"):
        yield ConfigMistake(f"{key}.first_zone", "is for editions with reader_local = true")
    given = row.get("holidays")
    if not isinstance(given, Mapping):
        return
    if not given.get("country") and not given.get("file"):
        yield ConfigMistake(f"{key}.holidays.country", "is missing: give a country or a file")
    if given.get("subdivision") and not given.get("country"):
        yield ConfigMistake(f"{key}.holidays.subdivision", "is of which country?")
    if "template" in given and given.get("then") != OnHoliday.TEMPLATE:
        yield ConfigMistake(f"{key}.holidays.template", 'is for then = "template"')


def holidays(given: HolidaySettings | None, where: str) -> Holidays | None:
    """An edition's holidays. ``where`` names it in config.toml. Raises ConfigError."""
    if given is None:
        return None
    told = f"{given.country}/{given.subdivision}"
    found: list[HolidayCalendar] = []
    country = CountryDays(given.country, given.subdivision) if given.country else None
    if country is not None:
        try:
            country.check()
        except NotImplementedError as error:
            mistake = ConfigMistake(f"{where}.country", f"{told.strip('/')}: {error}")
            raise ConfigError("config.toml", [mistake]) from error
        found.append(country)
    if given.file is not None:
        from digest.schedule import ics

        try:
            days = FileDays(ics.read(given.file.read_bytes()))
        except (OSError, ValueError) as error:
            mistake = ConfigMistake(f"{where}.file", f"{given.file.name}: {error}")
            raise ConfigError("config.toml", [mistake]) from error
        found.append(BothDays(country, days) if country else days)
        told += f"/{sorted(days.days.items())}"
    calendar = found[-1]
    return Holidays(calendar=calendar, then=given.then, template=given.template, told=told)
