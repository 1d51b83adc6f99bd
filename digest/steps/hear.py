"""hear: write down what is told of deliveries, and do what follows from it.

Events are committed first, marked as pending where something follows; then that is done and the
mark taken away. A crash in between leaves the mark, and the next call does it again: all that
follows may be done twice.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy.engine import Engine

from digest.deliver.consequence import (
    ComplaintLimit,
    Consequence,
    SoftLimit,
    follows,
    matters,
    too_often,
)
from digest.model import DeliveryEvent, EventKind, IssueId, Notice
from digest.protocols import Clock, Feedback
from digest.steps.complaints import pause_where_too_many
from digest.store import heard
from digest.store.engine import reading, writing
from digest.store.heard import Pending

log = structlog.get_logger()

#: events whose consequences are seen to in one go
RUN = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """Where events go, whoever told them. Safe to share between threads and processes."""

    engine: Engine
    clock: Clock
    feedback: Feedback
    soft: SoftLimit = field(default_factory=SoftLimit)
    complaints: ComplaintLimit = field(default_factory=ComplaintLimit)

    def hear(self, events: Sequence[DeliveryEvent]) -> int:
        """Write events down, commit, and do what follows; returns how many were new.

        Once they are committed nothing raises: what could not be done stays pending.
        """
        pending = {one.id for one in events if matters(one.kind, one.code)}
        with writing(self.engine) as connection:
            new = heard.note(connection, events, self.clock.now(), pending)
        if pending:
            try:
                self.heed()
            except Exception:
                log.exception("consequences_wait")
        return new

    def heed(self) -> int:
        """Do what follows from events that are pending; returns of how many."""
        done = 0
        while True:
            with reading(self.engine) as connection:
                waiting = heard.pending(connection, RUN)
                soft = heard.soft_bounces(connection, _soft(waiting))
            if not waiting:
                return done
            self._tell(_consequences(waiting, soft, self.soft))
            pause_where_too_many(
                self.engine, self.clock.now(), _complained_of(waiting), self.complaints
            )
            with writing(self.engine) as connection:
                heard.done(connection, [one.event.id for one in waiting])
            done += len(waiting)

    def _tell(self, told: Mapping[Consequence, Sequence[Notice]]) -> None:
        for consequence, ask in (
            (Consequence.BOUNCED, self.feedback.bounced),
            (Consequence.COMPLAINED, self.feedback.complained),
            (Consequence.LEFT, self.feedback.unsubscribed),
        ):
            if notices := told.get(consequence):
                ask(notices)
                log.info("feedback", what=consequence.value, readers=len(notices))


def _soft(waiting: Iterable[Pending]) -> Collection[int]:
    return {one.event.subscriber for one in waiting if one.event.kind is EventKind.SOFT_BOUNCE}


def _complained_of(waiting: Iterable[Pending]) -> list[IssueId]:
    return sorted({one.event.issue for one in waiting if one.event.kind is EventKind.COMPLAINT})


def _consequences(
    waiting: Iterable[Pending],
    soft: Mapping[int, Sequence[tuple[datetime, IssueId]]],
    limit: SoftLimit,
) -> dict[Consequence, list[Notice]]:
    found: dict[Consequence, list[Notice]] = defaultdict(list)
    for one in waiting:
        event, what = one.event, follows(one.event.kind, one.event.code)
        code = event.code
        if event.kind is EventKind.SOFT_BOUNCE and too_often(soft[event.subscriber], limit):
            what, code = Consequence.BOUNCED, f"{limit.times} soft bounces"
        if what is not None:
            source = ", ".join(filter(None, (event.source, f"issue {event.issue}", code)))
            found[what].append(
                Notice(subscriber=event.subscriber, at=event.at, source=source, edition=one.edition)
            )
    return found
