"""The preference page's content: what a template needs of a person, in one language's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from subscribers.foreseen import clock, foreseen, samples
from subscribers.form import LONGEST_PAUSE
from subscribers.model import Preferences
from subscribers.ports import NextIssue
from subscribers.voice import Voice
from subscribers.zones import place


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """Something to tick."""

    slug: str
    name: str
    ticked: bool
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A part of the world with its time zones."""

    #: as in IANA names
    name: str
    zones: tuple[Option, ...]


def view(
    person: Preferences, voice: Voice, next_issue: NextIssue | None, now: datetime
) -> dict[str, Any]:
    """What ``preferences.html`` shows."""
    offer = voice.catalogue
    language = person.language if person.language in offer.languages else ""
    zone = clock(person, offer)
    today = now.astimezone(zone).date()
    names = {one: place(one) for one in (str(zone), *offer.clocks.values())} | dict(
        offer.time_zones
    )
    return {
        "person": person,
        "editions": [
            Option(
                slug=slug,
                name=name,
                ticked=slug in person.editions,
                note=offer.rhythms.get(slug, ""),
            )
            for slug, name in offer.editions.items()
        ],
        "regions": _options(offer.regions, person.regions),
        "topics": _options(offer.topics, person.topics),
        "languages": _options(offer.languages, frozenset({language})),
        "weekdays": offer.weekdays,
        "areas": _areas(person.time_zone, offer.time_zones),
        "place": lambda one: names.get(one) or place(one),
        "zone": str(zone),
        "paused": person.paused(now) and person.paused_until,
        "resumes": _day(person, zone) if person.paused(now) else None,
        "tomorrow": today + timedelta(days=1),
        "longest": today + timedelta(days=LONGEST_PAUSE),
        "samples": [
            (offer.editions[slug], f"..{one.path}", one.at.astimezone(zone).date())
            for slug, one in samples(offer, next_issue, language or voice.language).items()
        ],
        "foreseen": foreseen(person, offer, next_issue, now),
        "left": [offer.editions[one] for one in offer.editions if one in person.left],
    }


def _day(person: Preferences, zone: Any) -> Any:
    return person.paused_until and person.paused_until.astimezone(zone).date()


def _areas(chosen: str, zones: Mapping[str, str]) -> list[Area]:
    every = dict(zones)
    if chosen:
        every.setdefault(chosen, place(chosen))
    found: dict[str, list[Option]] = {}
    for zone, name in every.items():
        option = Option(slug=zone, name=name, ticked=zone == chosen)
        found.setdefault(zone.partition("/")[0], []).append(option)
    return [Area(name=area, zones=tuple(options)) for area, options in found.items()]


def _options(names: Mapping[str, str], ticked: frozenset[str]) -> list[Option]:
    return [Option(slug=slug, name=name, ticked=slug in ticked) for slug, name in names.items()]
