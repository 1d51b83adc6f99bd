"""The values of a segment's conditions, each brought into its one form. Pure."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from subscribers import address
from subscribers.errors import BadAddressError
from subscribers.segments import Field, Number, When
from subscribers.values import VALUE_LENGTH, language_code, person_name, tag_name

#: how a time is asked for
WAYS = ("before", "after", "within")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: hours in each unit; months and years are of a fixed length
UNITS = {"hour": 1, "day": 24, "week": 7 * 24, "month": 30 * 24, "year": 365 * 24}
SPAN = re.compile(r"([0-9]{1,4}) (hour|day|week|month|year)s?( ago)?")
LONGEST = timedelta(days=100 * 365)


class WrongError(ValueError):
    """What is wrong with a value, for a person."""


def text(raw: object) -> str:
    """A text."""
    if not isinstance(raw, str):
        raise WrongError(f"must be a text, not {raw!r}")
    return raw


def texts(raw: object) -> tuple[str, ...]:
    """A text or several."""
    given = [raw] if isinstance(raw, str) else raw
    if not isinstance(given, Sequence) or not given:
        raise WrongError(f"must be a text or a list of texts, not {raw!r}")
    wrong = [one for one in given if not isinstance(one, str)]
    if wrong:
        raise WrongError(f"must be a text or a list of texts, not {wrong[0]!r}")
    return tuple(given)


def span(raw: object) -> timedelta:
    """``30 days``: so long before now."""
    found = SPAN.fullmatch(raw) if isinstance(raw, str) else None
    if found is None or found[3]:
        raise WrongError(f"must be a span such as '30 days', not {raw!r}")
    return _span(found)


def moment(raw: object) -> When:
    """A day in UTC, an instant with a zone, or ``30 days ago``."""
    if isinstance(raw, str):
        found = SPAN.fullmatch(raw)
        if found is not None and found[3]:
            return _span(found)
        raw = _from_iso(raw)
    if isinstance(raw, datetime):
        if raw.utcoffset() is None:
            raise WrongError(f"{raw} needs a zone, e.g. {raw.isoformat()}Z")
        try:
            return raw.astimezone(UTC)
        except OverflowError:
            raise WrongError(f"{raw} is at the end of the calendar") from None
    if isinstance(raw, date):
        return datetime.combine(raw, time(), UTC)
    raise WrongError(f"must be a date such as 2026-01-31, or '30 days ago', not {raw!r}")


def day(raw: object) -> date:
    """A day."""
    told = _from_iso(raw) if isinstance(raw, str) else raw
    if not isinstance(told, date) or isinstance(told, datetime):
        raise WrongError(f"must be a day such as 2026-01-31, not {raw!r}")
    return told


def amount(raw: object) -> float:
    """A number."""
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise WrongError(f"must be a number, not {raw!r}")
    if not math.isfinite(raw) or abs(raw) > 10**12:
        raise WrongError(f"{raw} is out of range")
    return float(raw)


def issues(raw: object) -> int:
    """How many issues, one or more."""
    return _between(raw, 1, 10**6)


def issues_or_none(raw: object) -> int:
    """How many issues, or none."""
    return _between(raw, 0, 10**6)


def attribute_name(raw: object) -> str:
    """The name of an attribute, as tags are named."""
    name = tag_name(text(raw))
    if name is None:
        raise WrongError(f"{raw!r} is no name of an attribute: letters, digits and _ . : - only")
    return name


def attribute_value(raw: object) -> str:
    """The value of an attribute: one line."""
    value = person_name(text(raw))
    if not value or len(value) > VALUE_LENGTH:
        raise WrongError(f"must have 1 to {VALUE_LENGTH} characters")
    return value


def attribute_values(raw: object) -> tuple[str, ...]:
    """One or several of them."""
    return tuple(map(attribute_value, texts(raw)))


def _language(raw: object) -> str:
    code = language_code(text(raw))
    if code is None:
        raise WrongError(f"{raw!r} is no language")
    return code


def _tag(raw: object) -> str:
    name = tag_name(text(raw))
    if name is None:
        raise WrongError(f"{raw!r} is no tag")
    return name


def _zone(raw: object) -> str:
    name = text(raw)
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise WrongError(f"{name!r} is no IANA time zone such as Africa/Nairobi") from None
    return name


def _domain(raw: object) -> str:
    try:
        return address.parse(f"a@{text(raw)}").key.rpartition("@")[2]
    except BadAddressError as error:
        raise WrongError(f"{raw!r}: {error}") from None


def _weekday(raw: object) -> int:
    if isinstance(raw, str) and raw.casefold() in WEEKDAYS:
        return WEEKDAYS.index(raw.casefold()) + 1
    try:
        return _between(raw, 1, 7)
    except WrongError:
        raise WrongError(f"must be one of {', '.join(WEEKDAYS)}, or 1 to 7, not {raw!r}") from None


#: for the fields whose words are not listed anywhere
WORDS: Mapping[Field, Callable[[object], str]] = {
    Field.LANGUAGE: _language,
    Field.TAG: _tag,
    Field.ZONE: _zone,
    Field.DOMAIN: _domain,
    Field.CONSENT_SOURCE: attribute_value,
}
NUMBERS: Mapping[Number, Callable[[object], int]] = {
    Number.LIMIT: lambda raw: _between(raw, 0, 1000),
    Number.WEEKLY_ON: _weekday,
    Number.HOUR: lambda raw: _between(raw, 0, 23),
}


def _between(raw: object, least: int, most: int) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or not least <= raw <= most:
        raise WrongError(f"must be a whole number from {least} to {most}, not {raw!r}")
    return raw


def _span(found: re.Match[str]) -> timedelta:
    told = timedelta(hours=int(found[1]) * UNITS[found[2]])
    if not timedelta(0) < told <= LONGEST:
        raise WrongError(f"{found[0]!r} must be from an hour to a hundred years")
    return told


def _from_iso(given: str) -> object:
    """A date or a time out of JSON, which has none of its own; else the text."""
    try:
        return date.fromisoformat(given)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(given)
    except ValueError:
        return given
