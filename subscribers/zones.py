"""Time zones: which there are, and the places they are named for."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from zoneinfo import available_timezones

#: the first part of the names that people choose from; other names are old or technical
AREAS = (
    *("Africa", "America", "Antarctica", "Arctic", "Asia"),
    *("Atlantic", "Australia", "Europe", "Indian", "Pacific"),
)


@cache
def known() -> frozenset[str]:
    """Every name that a time zone goes by."""
    return frozenset(available_timezones())


@cache
def places() -> Mapping[str, str]:
    """IANA name → its place, in English."""
    named = [one for one in known() if one.partition("/")[0] in AREAS and "/" in one]
    return MappingProxyType({one: place(one) for one in sorted(named)})


def place(zone: str) -> str:
    """The place in a zone's name: ``America/New_York`` is New York."""
    return zone.rpartition("/")[2].replace("_", " ")
