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
from digest.deliver.hooks.values import delivery_of, is_letter
from digest.model import NO_ISSUE, DeliveryEvent, EventKind, IssueId, Notice, SubscriberId
from digest.protocols import Clock, Feedback
from digest.steps.complaints import pause_where_too_many
from digest.store import heard, letters
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

    def whose(self, ref: object) -> tuple[IssueId, SubscriberId] | None:
        """``whose``, in this ledger."""
        return whose(self.engine, ref)

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


def whose(engine: Engine, ref: object) -> tuple[IssueId, SubscriberId] | None:
    """Issue and reader of a message by its ref; None if it is none of ours.

    A letter has no issue, and its reader is in the ledger alone.
    """
    if (delivery := delivery_of(ref)) is not None:
        return delivery
    if not isinstance(ref, str) or not is_letter(ref):
        return None
    with reading(engine) as connection:
        who = letters.reader(connection, ref)
    return None if who is None else (NO_ISSUE, who)


def _soft(waiting: Iterable[Pending]) -> Collection[int]:
    return {one.event.subscriber for one in waiting if one.event.kind is EventKind.SOFT_BOUNCE}


def _complained_of(waiting: Iterable[Pending]) -> list[IssueId]:
    told = {one.event.issue for one in waiting if one.event.kind is EventKind.COMPLAINT}
    return sorted(told - {NO_ISSUE})


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
            about = "letter" if event.issue == NO_ISSUE else f"issue {event.issue}"
            source = ", ".join(filter(None, (event.source, about, code)))
            found[what].append(
                Notice(subscriber=event.subscriber, at=event.at, source=source, edition=one.edition)
            )
    return found
