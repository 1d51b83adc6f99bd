"""A newsroom with readers and issues that were sent to them, and ears."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

import subscribers
from digest.clock import SetClock
from digest.deliver.consequence import ComplaintLimit, SoftLimit
from digest.deliver.marks import Marks
from digest.model import (
    BatchState,
    DeliveryEvent,
    DeliveryState,
    EventKind,
    IssueId,
    IssueState,
)
from digest.steps.hear import Hearing
from digest.store.engine import make_engine, writing
from digest.store.migrations import migrate
from digest.store.tables import batch, delivery, issue, variant
from subscribers import Subscribers
from tests.subscribers.conftest import CONSENT, house

#: after the consent of the tests' subscribers
NOW = CONSENT.at + timedelta(days=30)
MARKS = Marks((b"m" * 32, b"n" * 32))
BATCH = 10


@dataclass(slots=True)
class House:
    """A newsroom. Issue 1 is the oldest; every issue went to every reader."""

    engine: Engine
    people: Subscribers
    clock: SetClock = field(default_factory=lambda: SetClock(NOW))
    soft: SoftLimit = field(default_factory=SoftLimit)
    complaints: ComplaintLimit = field(default_factory=ComplaintLimit)

    @property
    def hearing(self) -> Hearing:
        return Hearing(
            engine=self.engine,
            clock=self.clock,
            feedback=self.people,
            soft=self.soft,
            complaints=self.complaints,
        )

    def reader(self, number: int, *editions: str) -> int:
        """One more reader, with an address of that number."""
        return self.people.add(
            f"reader{number}@example.com",
            consent=CONSENT,
            editions=frozenset(editions or ["morning", "weekly"]),
            now=CONSENT.at,
            actor="tests",
        )

    def readers(self, count: int) -> list[int]:
        return [self.reader(number) for number in range(1, count + 1)]

    def issue(
        self,
        number: int,
        readers: Sequence[int],
        *,
        state: IssueState = IssueState.SENT,
        delivered: DeliveryState = DeliveryState.ACCEPTED,
        batches: BatchState = BatchState.DONE,
        edition: str = "morning",
    ) -> IssueId:
        """An issue and its deliveries, as they are after a send."""
        at = NOW - timedelta(days=20 - number)
        with writing(self.engine) as connection:
            connection.execute(
                sa.insert(issue).values(
                    id=number,
                    edition=edition,
                    local_date=at.date(),
                    sequence=1,
                    scheduled_at=at,
                    state=state.value,
                    window_to=at,
                )
            )
            connection.execute(
                sa.insert(variant).values(id=number, issue_id=number, key="v", selection={})
            )
            rows = [
                {
                    "issue_id": number,
                    "number": place // BATCH + 1,
                    "subscriber_id": who,
                    "variant_id": number,
                    "state": delivered.value,
                    "at": at,
                }
                for place, who in enumerate(readers)
            ]
            connection.execute(sa.insert(delivery), rows)
            numbers = sorted({row["number"] for row in rows})
            connection.execute(
                sa.insert(batch),
                [
                    {"issue_id": number, "number": one, "state": batches.value, "attempt": 1}
                    for one in numbers
                ],
            )
        return IssueId(number)

    def suppressed(self, who: int) -> dict[str, str]:
        """Scope → reason and source."""
        told = self.people.why(who).suppressions
        return {one.scope: f"{one.reason}: {one.source}" for one in told}

    def editions(self, who: int) -> frozenset[str]:
        """What they still get."""
        return self.people.why(who).facts.editions


def build(url: str, **options: Any) -> House:
    """A newsroom in a fresh database."""
    engine = make_engine(url)
    migrate(engine)
    subscribers.migrate(engine)
    return House(engine, house(engine), **options)


def in_file(folder: Path) -> str:
    """The URL of a database in a folder."""
    return f"sqlite:///{folder / 'house.sqlite3'}"


def event(
    kind: EventKind,
    issue_id: int,
    who: int,
    *,
    at: datetime = NOW,
    code: str = "",
    key: str = "",
) -> DeliveryEvent:
    """An event, named by what it says unless it has a ``key`` of its own."""
    told = key or hashlib.sha256(f"{kind}|{issue_id}|{who}|{at}|{code}".encode()).hexdigest()
    return DeliveryEvent(
        id=f"test:{told}",
        kind=kind,
        issue=IssueId(issue_id),
        subscriber=who,
        at=at,
        source="test",
        code=code,
    )
