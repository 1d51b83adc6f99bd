"""foresee: what a reader's next issue would hold, for their own page. Stores nothing.

Readers see published stories in their sources' own words. What editors placed or rewrote shows only
once the issue is approved or locked; what they took out never shows. Stories that editors added by
hand wait for that too.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from digest.curate import vary
from digest.curate.lifecycle import fills
from digest.errors import NotFoundError
from digest.model import Candidate, Draft, Edition, Hand, IssueState, SlotMode, SubscriberId
from digest.schedule.days import answered_days, weekly
from digest.schedule.hours import due
from digest.steps.choose import Choosing, choosing, interest_of, local_of, speaks
from digest.steps.coming import coming
from digest.steps.compose import draft, next_one
from digest.steps.parts import Parts
from digest.store import added, issues, latest, reached
from digest.store.engine import reading

#: so long what was composed once is good enough for a look
FRESH = timedelta(minutes=2)
#: seconds that a page waits while another one's request composes
PATIENCE = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """An issue that is still to go out, and the ISO weekdays it answers for."""

    at: datetime
    days: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A story in a list."""

    headline: str
    source: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A section with its stories."""

    title: str
    stories: tuple[Story, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The web copy of an issue that went out, and when it did."""

    path: str
    at: datetime


@dataclass(slots=True)
class _Kept:
    """What was composed for an edition, by one request at a time."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    at: datetime | None = None
    choosing: Choosing | None = None
    #: language → when it was looked for, and what was found
    samples: dict[str, tuple[datetime, Sample | None]] = field(default_factory=dict)


class Foreseen:
    """The next issues, as readers may see them. Safe to share between threads."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._kept = {slug: _Kept() for slug in parts.editions}

    def coming(self, edition: str, until: datetime) -> Sequence[Coming]:
        """The edition's issues that go out up to then, the next one first."""
        found = self._parts.edition(edition)
        first = next_one(self._parts, found, keep=False)
        with reading(self._parts.engine) as connection:
            previous = issues.went_last(connection, first)
            later = coming(connection, found, first.scheduled_at, until)
        days = answered_days(previous, first.local_date, weekly(found))
        told = [Coming(at=first.scheduled_at, days=days)]
        previous = first.local_date
        for one in later:
            days = answered_days(previous, one.local_date, weekly(found))
            told.append(Coming(at=one.at, days=days))
            previous = one.local_date
        return told

    def sample(self, edition: str, language: str) -> Sample | None:
        """The latest issue as most readers got it, without what is for some alone."""
        found, now = self._parts.edition(edition), self._parts.clock.now()
        if found.segments:
            return None
        kept = self._kept[edition].samples
        if language not in kept or abs(now - kept[language][0]) >= FRESH:
            with reading(self._parts.engine) as connection:
                last = latest.chosen(connection, edition, language, found.for_some)
            path = self._parts.copies.path(last.variant) if last else ""
            kept[language] = (now, Sample(path=path, at=last.at) if last else None)
        return kept[language][1]

    def reaches(self, edition: str, at: datetime, hour: int | None, zone: ZoneInfo) -> datetime:
        """When an issue that goes then reaches who wants it at that hour of their day.

        Without an hour that is at once, or of a reader-local edition at its time in their zone.
        """
        found = self._parts.edition(edition)
        first = at.astimezone(ZoneInfo(found.first_zone)).date()
        if (local := local_of(found, first)) is not None:
            return local.due(at, hour, zone)
        return at if hour is None else due(at, hour, zone)

    def parts(self, edition: str, subscriber: SubscriberId) -> Sequence[Part]:
        """What the next issue would hold for a person if it went now.

        Raises NotFoundError while it is not known, since it is just being composed.
        """
        parts, found = self._parts, self._parts.edition(edition)
        chosen = self._choosing(found)
        asked = chosen.selector.segments
        reader = parts.audience.reader(subscriber, sorted(asked | found.segments))
        if found.segments and not found.segments & reader.segments:
            return ()
        with reading(parts.engine) as connection:
            last = reached.last_reached(connection, chosen.before, [subscriber], parts.clock.now())
        # As of the window that the selection was made for.
        interest = interest_of(reader, last.get(subscriber), chosen.issue)
        sections = chosen.selector.select(interest) or ()
        language, _ = speaks(reader, found)
        names = parts.names(language)
        filler = chosen.selector.filler
        shown = chosen.edition
        sheet = vary.sheet(chosen.issue, shown, filler, chosen.hand, sections, names, language)
        return [
            Part(
                title=section.title,
                stories=tuple(
                    Story(headline=card.headline, source=card.source, language=card.language)
                    for card in section.cards
                ),
            )
            for section in sheet.sections
            if section.cards
        ]

    def _choosing(self, edition: Edition) -> Choosing:
        kept, now = self._kept[edition.slug], self._parts.clock.now()
        fresh = kept.at is not None and abs(now - kept.at) < FRESH
        if kept.choosing is not None and fresh:
            return kept.choosing
        # While one composes, others are shown what there was.
        if not kept.lock.acquire(timeout=0 if kept.choosing else PATIENCE):
            if kept.choosing is None:
                raise NotFoundError("the next issue is being composed", edition=edition.slug)
            return kept.choosing
        try:
            if kept.choosing is None or kept.at is None or abs(now - kept.at) >= FRESH:
                kept.choosing, kept.at = composed(self._parts, edition, now), now
            return kept.choosing
        finally:
            kept.lock.release()


def composed(parts: Parts, edition: Edition, now: datetime) -> Choosing:
    """Make ready to select from the next issue, as readers may see it."""
    issue = next_one(parts, edition, keep=False)
    told = draft(parts, issue, now)
    if fills(issue) or issue.state is IssueState.HELD:
        told = _public(told, now)
    if fills(issue):
        issue = replace(issue, window_to=now)
    return choosing(parts, issue, told)


def _public(told: Draft, now: datetime) -> Draft:
    """A draft without what only the desk may know yet."""
    removed = tuple(slot for slot in told.hand.placed if slot.mode is SlotMode.REMOVED)
    shown = tuple(one for one in told.pool if _published(one, now))
    return Draft(pool=shown, slots=(), hand=Hand(placed=removed))


def _published(one: Candidate, now: datetime) -> bool:
    at = one.stored.story.published_at
    return not added.by_hand(one.stored.source) and (at is None or at <= now)
