"""What a person's next issues would hold and when they go, or why none does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from subscribers.frequency import is_due
from subscribers.model import Catalogue, Preferences
from subscribers.ports import NextIssue, Part, Sample
from subscribers.zones import known

#: how far ahead an issue is looked for: over a week without one, and a weekly reader's next
AHEAD = timedelta(days=15)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """A person's next issue of an edition."""

    edition: str
    #: when it goes, by their clock; None: not within ``AHEAD``
    at: datetime | None
    #: it is going out at present
    now: bool = False
    parts: Sequence[Part] = ()

    @property
    def count(self) -> int:
        """How many stories it would hold."""
        return sum(len(part.stories) for part in self.parts)


def foreseen(
    person: Preferences, offer: Catalogue, port: NextIssue | None, now: datetime
) -> list[Foreseen]:
    """The next issue of each edition that the person gets; none while no mail goes to them.

    What cannot be told is left out, and logged: a page must not fail for it.
    """
    if port is None or person.suppressed or person.paused(now):
        return []
    return list(_each(person, offer, port, now))


def _each(
    person: Preferences, offer: Catalogue, port: NextIssue, now: datetime
) -> Iterator[Foreseen]:
    for edition in offer.editions:
        if edition in person.editions:
            try:
                yield _next(person, edition, clock(person, offer, edition), port, now)
            except Exception:
                log.warning("next_issue_not_told", edition=edition, exc_info=True)


def _next(
    person: Preferences, edition: str, zone: ZoneInfo, port: NextIssue, now: datetime
) -> Foreseen:
    for one in port.coming(edition, now + AHEAD):
        if is_due(person.frequency, person.weekly_on, one.days):
            at = port.reaches(edition, one.at, person.send_hour, zone)
            parts = port.parts(edition, person.subscriber)
            return Foreseen(edition=edition, at=at.astimezone(zone), now=at <= now, parts=parts)
    return Foreseen(edition=edition, at=None)


def samples(offer: Catalogue, port: NextIssue | None, language: str) -> dict[str, Sample]:
    """Edition → its latest issue, of those that have one to show."""
    found: dict[str, Sample] = {}
    if port is None:
        return found
    for edition in offer.editions:
        try:
            sample = port.sample(edition, language)
        except Exception:
            log.warning("sample_not_told", edition=edition, exc_info=True)
            continue
        if sample is not None:
            found[edition] = sample
    return found


def clock(person: Preferences, offer: Catalogue, edition: str = "") -> ZoneInfo:
    """The zone a person's times are told in: theirs, else that of an edition, or of their first."""
    theirs = (one for one in offer.editions if one in person.editions)
    first = edition or next(theirs, next(iter(offer.editions), ""))
    name = person.time_zone or offer.clocks.get(first, "UTC")
    return ZoneInfo(name if name in known() else "UTC")
