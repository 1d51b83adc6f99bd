"""Days of a newsroom by a fast clock, with faults; counted issue by issue."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from digest import pipeline
from digest.app import App
from digest.deliver.routes import Route
from digest.deliver.writer import MessageWriter
from digest.model import IssueState
from digest.steps.parts import Parts
from digest.store.engine import reading
from digest.store.tables import issue as issue_table
from tests.soak.counting import Counting, Faults, KilledError
from tests.soak.measure import Held, held
from tests.soak.newsroom import EDITIONS, FIRST, Place, Rhythm, Told, of

#: nothing more is tried after so many deaths in one tick
MOST_DEATHS = 50


@dataclass(slots=True)
class Mortal:
    """A clock that the month sets, and in which the process may die whenever it asks the time."""

    at: datetime = FIRST
    #: how often it may still ask; None: as often as it likes
    left: int | None = None

    def now(self) -> datetime:
        """The present instant. Raises KilledError."""
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                raise KilledError
        return self.at


@dataclass(slots=True, kw_only=True)
class Tally:
    """What the month came to."""

    issues: int = 0
    mails: int = 0
    #: what must never be, in words
    wrong: list[str] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    days: list[Held] = field(default_factory=list)


class Month:
    """One newsroom, from its first day on."""

    def __init__(
        self,
        place: Place,
        readers: int,
        seed: int,
        rhythm: Rhythm = Rhythm(),  # noqa: B008 - frozen
        *,
        batch_size: int = 1000,
        harm: float = 1.0,
    ) -> None:
        self._harm = harm
        self._rhythm = rhythm
        self._place = place
        self._dice = random.Random(seed)
        self._clock = Mortal()
        self.tally = Tally()
        place.write()
        self._app = place.app(self._clock)
        self._app.migrate()
        self.readers = place.enrol(self._app, readers, self._clock.at)
        faults = Faults(dice=self._dice, busy=0.01 * harm, deferred=0.01 * harm, killed=0.01 * harm)
        self._counting = Counting(
            write=MessageWriter(), clock=self._clock, faults=faults, batch_size=batch_size
        )
        self._first = self._app.parts
        self._parts = self._plugged(self._app)
        #: who was suppressed, and gets nothing any more
        self._gone: set[int] = set()
        self._seen: set[int] = set()

    def days(self, count: int) -> Iterator[Held]:
        """Live so many days; what is held at the end of each."""
        for number in range(count):
            midnight = FIRST + timedelta(days=number)
            self._clock.at = midnight
            self._place.news(midnight.date(), self._dice)
            self._lose_one()
            for at in self._rhythm.looks(midnight):
                self._live(at)
            self._count()
            self.tally.days.append(held())
            yield self.tally.days[-1]
        self.tally.faults.update(self._counting.met)
        self._every_issue_once(count)

    def _live(self, at: datetime) -> None:
        """One look at what is due, at a time that a clock may have wrong; deaths begin it anew."""
        if self._happens(0.01):
            # NTP sets it, there and back.
            at += timedelta(minutes=self._dice.choice((-45, -20, 20, 45)))
            self.tally.faults["clock steps"] += 1
        self._clock.at = at
        if self._happens(0.02):
            self._clock.left = self._dice.randrange(60)
        for _ in range(MOST_DEATHS):
            try:
                pipeline.tick(self._parts)
                self._app.listening.heed()
                self._app.rights.daily()
            except KilledError:
                self.tally.faults["deaths"] += 1
                self._begin_anew()
            else:
                self._clock.left = None
                if self._happens(0.005):
                    self.tally.faults["restarts"] += 1
                    self._begin_anew()
                return
        self.tally.wrong.append(f"{at}: it dies at every look")

    def _happens(self, share: float) -> bool:
        return self._dice.random() < share * self._harm

    def _begin_anew(self) -> None:
        """As another process would: nothing is remembered but what was stored."""
        self._clock.left = None
        self._app.engine.dispose()
        self._app = self._place.app(self._clock)
        self._parts = self._plugged(self._app)

    def _plugged(self, app: App) -> Parts:
        """Its parts, with our transport; what only costs time to make is made once."""
        counting = self._counting
        return replace(
            app.parts,
            transport=counting,
            routes=(Route(name=counting.name, transport=counting),),
            sources=self._first.sources,
            renderer=self._first.renderer,
            classifier=self._first.classifier,
            # their sites are made up
            look=lambda _stories: {},
            probe=lambda _addresses: {},
        )

    def _lose_one(self) -> None:
        """Each midnight somebody asks never to be mailed again."""
        who = self._dice.randrange(1, self.readers + 1)
        self._app.people.suppress(who, reason="asked", now=self._clock.at)
        self._gone.add(who)

    def _count(self) -> None:
        """Each issue that was sent since the last look, reader by reader."""
        sent = [one for one in self._issues() if one["state"] == IssueState.SENT.value]
        for one in sent:
            if one["id"] in self._seen:
                continue
            self._seen.add(one["id"])
            self.tally.issues += 1
            self._judge(one["id"], next(e for e in EDITIONS if e.slug == one["edition"]))

    def _judge(self, issue: int, edition: Told) -> None:
        taken = self._counting.taken.pop(str(issue), bytearray())
        self.tally.mails += sum(taken)
        due = bytearray(self.readers + 1)
        for subscriber in range(1, self.readers + 1):
            due[subscriber] = of(edition, subscriber) and subscriber not in self._gone
        self.tally.wrong += [f"{edition.slug}, issue {issue}, {one}" for one in differ(taken, due)]

    def _issues(self) -> list[Mapping[str, object]]:
        with reading(self._app.engine) as connection:
            return [dict(row) for row in connection.execute(sa.select(issue_table)).mappings()]

    def _every_issue_once(self, days: int) -> None:
        """Each edition on each of its days: one issue, sent."""
        end = FIRST + timedelta(days=days)
        there = Counter((str(one["edition"]), one["local_date"]) for one in self._issues())
        state = {(one["edition"], one["local_date"]): one["state"] for one in self._issues()}
        for edition in EDITIONS:
            for day in _days(edition, end):
                if there[edition.slug, day] != 1:
                    count = there[edition.slug, day]
                    self.tally.wrong.append(f"{edition.slug} {day}: {count} issues")
                elif state[edition.slug, day] != IssueState.SENT.value:
                    self.tally.wrong.append(f"{edition.slug} {day}: {state[edition.slug, day]}")


def differ(taken: bytes, due: bytes) -> list[str]:
    """Of which readers the mails taken are not those due; the first ten."""
    longest = max(len(taken), len(due))
    taken, due = taken.ljust(longest, b"\0"), due.ljust(longest, b"\0")
    if taken == due:
        return []
    both = enumerate(zip(taken, due, strict=True))
    wrong = ((who, got, want) for who, (got, want) in both if got != want)
    return [f"reader {who}: {got} mails, {want} due" for who, got, want in islice(wrong, 10)]


def _days(edition: Told, end: datetime) -> Iterator[date]:
    """The local dates on which it was due, with time before ``end`` also for readers put off."""
    hour, minute = map(int, edition.time.split(":"))
    zone = ZoneInfo(edition.zone)
    day = FIRST.astimezone(zone).date()
    while True:
        due = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
        if due.astimezone(UTC) + timedelta(hours=3) >= end:
            return
        if day.isoweekday() in edition.days and due >= FIRST + timedelta(hours=1):
            yield day
        day += timedelta(days=1)
