"""What a form of the preference page says, read strictly: nothing is guessed, or half-taken."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from python_multipart.exceptions import FormParserError
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.types import Message

from subscribers.model import EDITIONS_HOUR, Choice, Pause
from subscribers.values import DAYS, FREQUENCIES, LIMITS, STYLES
from subscribers.zones import known

#: bytes of a form
LONGEST_FORM = 64 * 1024
#: days of the longest pause
LONGEST_PAUSE = 366
HOURS = {"": EDITIONS_HOUR, **{str(hour): hour for hour in range(24)}}
_WEEKS = {"week": 7, "fortnight": 14}
_TICKED = {frozenset({"no"}): False, frozenset({"yes"}): True, frozenset({"no", "yes"}): True}

Fields = Mapping[str, list[str]]
Value = TypeVar("Value")


@dataclass
class FormError(ValueError):
    """A field holds what it cannot; nothing of its form may be stored."""

    field: str


def choice(fields: Fields) -> Choice:
    """What the form of choices says. Raises FormError.

    A list of ticks says something if any is set, or if the form names it in ``shown``. A single
    tick stands beside a hidden field of its name that says ``no``.
    """
    return Choice(
        editions=_ticks(fields, "edition"),
        regions=_ticks(fields, "region"),
        topics=_ticks(fields, "topic"),
        language=next(iter(fields.get("language", ())), None),
        frequency=_one(fields, "frequency", FREQUENCIES),
        weekly_on=_one(fields, "weekly_on", DAYS),
        limit=_one(fields, "limit", LIMITS),
        style=_one(fields, "style", STYLES),
        hour=_one(fields, "send_hour", HOURS),
        zone=_one(fields, "time_zone", {one: one for one in ("", *known())}),
        breaking=_tick(fields, "breaking"),
        measure_opens=_tick(fields, "measure_opens"),
        measure_clicks=_tick(fields, "measure_clicks"),
    )


def pause(fields: Fields, zone: ZoneInfo, now: datetime) -> Pause:
    """Until when the form asks for a pause: the start of a day in ``zone``. Raises FormError."""
    today = now.astimezone(zone).date()
    day = _resume_day(fields.get("pause", []), fields.get("pause_until", []), today)
    if not today < day <= today + timedelta(days=LONGEST_PAUSE):
        raise FormError("pause_until")
    return Pause(datetime.combine(day, time(), zone).astimezone(UTC))


def _resume_day(asked: list[str], until: list[str], today: date) -> date:
    match asked, until:
        case [("week" | "fortnight") as length], _:
            return today + timedelta(days=_WEEKS[length])
        case ["month"], _:
            year, month = divmod(today.year * 12 + today.month, 12)
            last = monthrange(year, month + 1)[1]
            return date(year, month + 1, min(today.day, last))
        case ["until"], [day] if len(day) == len("2026-11-24"):
            try:
                return date.fromisoformat(day)
            except ValueError:
                raise FormError("pause_until") from None
        case ["until"], _:
            raise FormError("pause_until")
    raise FormError("pause")


def _ticks(fields: Fields, name: str) -> frozenset[str] | None:
    given = fields.get(name, [])
    return frozenset(given) if given or name in fields.get("shown", []) else None


def _tick(fields: Fields, name: str) -> bool | None:
    given = fields.get(name)
    if not given:
        return None
    try:
        return _TICKED[frozenset(given)]
    except KeyError:
        raise FormError(name) from None


def _one(fields: Fields, name: str, known: Mapping[str, Value]) -> Value | None:
    """The one value of a field; None where the form has no such field."""
    given = fields.get(name)
    if not given:
        return None
    if len(given) > 1 or given[0] not in known:
        raise FormError(name)
    return known[given[0]]


async def small_form(request: Request) -> Fields | None:
    """The text fields of a form, urlencoded or multipart; None if it is too long or broken."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_FORM:
            return None

    async def whole() -> Message:
        return {"type": "http.request", "body": bytes(body), "more_body": False}

    try:
        async with Request(request.scope, whole).form() as form:
            return {
                name: [value for value in form.getlist(name) if isinstance(value, str)]
                for name in form
            }
    except (HTTPException, MultiPartException, FormParserError, UnicodeError, LookupError):
        return None
