"""Where a newsroom is: its time zone and its country, from the little that its site says. Pure.

Zones and their countries: ``zone.tab`` of the IANA time zone database, from the tzdata package.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

#: country domains that are mostly sold for how they read
_SOLD = frozenset({"AI", "CC", "CO", "FM", "GG", "IO", "LA", "LY", "ME", "SH", "TO", "TV", "WS"})
_DOMAINS = {"UK": "GB", "AC": "SH"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A zone and a country. What is not ``sure`` is a guess that a person should check."""

    zone: str = "UTC"
    zone_sure: bool = False
    #: ISO 3166-1 alpha-2; empty: no idea
    country: str = ""
    country_sure: bool = False


def where(*, zone: str, offset: timedelta | None, language: str, host: str, now: datetime) -> Where:
    """From the zone the site names, the offset its clock has, its language tag and its host.

    A named zone is believed. An offset alone fits many zones: the one in the country that the
    host or the language names is proposed, else a zone of that offset without summer time.
    """
    domain, spoken = _of_host(host), _of_language(language)
    guess = domain or spoken
    if _is_zone(zone):
        country = _countries().get(zone, "")
        return Where(
            zone=zone,
            zone_sure=True,
            country=country or guess,
            country_sure=bool(country or domain),
        )
    found = _zone(guess, offset, now)
    return Where(zone=found, country=guess, country_sure=bool(domain))


def _zone(country: str, offset: timedelta | None, now: datetime) -> str:
    zones = [name for name, code in _countries().items() if code == country]
    if offset:
        fitting = [name for name in zones if now.astimezone(ZoneInfo(name)).utcoffset() == offset]
        return fitting[0] if fitting else _fixed(offset)
    return zones[0] if len(zones) == 1 else "UTC"


def _fixed(offset: timedelta) -> str:
    """``Etc/GMT-3`` is three hours east (the sign is POSIX's). Half hours have no such name."""
    hours, rest = divmod(offset, timedelta(hours=1))
    name = f"Etc/GMT{-hours:+d}"
    return name if not rest and _is_zone(name) else "UTC"


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return bool(name)


@cache
def _countries() -> dict[str, str]:
    """Zone → country code; the zones of a country stand in the order of where most people live."""
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    return {row[2]: row[0] for row in rows}


def _of_host(host: str) -> str:
    last = host.rpartition(".")[2].upper()
    code = _DOMAINS.get(last, last)
    return code if code in _codes() - _SOLD else ""


def _of_language(tag: str) -> str:
    """``en-GB`` says Great Britain; ``en-US`` says nothing, being what software comes with."""
    for part in tag.replace("_", "-").split("-")[1:]:
        if part.upper() in _codes():
            return "" if tag.lower().startswith("en") and part.upper() == "US" else part.upper()
    return ""


def _codes() -> frozenset[str]:
    return frozenset(_countries().values())


def utc_offset(dates: list[str]) -> timedelta | None:
    """The offset that most of a feed's dates are written with; None where they are in UTC."""
    counts: Counter[timedelta] = Counter()
    for raw in dates:
        for read in (parsedate_to_datetime, datetime.fromisoformat):
            try:
                offset = read(raw.strip()).utcoffset()
            except (ValueError, TypeError, IndexError, OverflowError):
                continue
            counts[offset or timedelta()] += 1
            break
    common = counts.most_common(1)
    return common[0][0] or None if common else None
