"""Consent that has grown old: asked for anew, and given up where nobody answers.

Only silence to the letter counts. Nobody is asked, or given up, for mail they were not seen to
open: most of that is never measured.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from subscribers import suppression
from subscribers.leaving import leave
from subscribers.letters import LetterKind, write_to
from subscribers.model import ConsentAction, SubscriptionState
from subscribers.store import reading
from subscribers.tables import consent_event, letter_due, subscriber, subscription
from subscribers.tokens import LIFE, Scope

#: how long an answer is waited for: as long as its link works
PATIENCE = LIFE[Scope.STAY]
#: what became of a letter that a provider took (``digest``'s word for it)
TAKEN = "accepted"
PEOPLE = 500
SAID_YES = (ConsentAction.GIVEN, ConsentAction.IMPORTED, ConsentAction.CONFIRMED)
SOURCE = "no answer to the letter about an old consent"


@dataclass(frozen=True, slots=True)
class Permission:
    """The re-permission run, and its end."""

    engine: Engine

    def ask_again(
        self, said_before: datetime, now: datetime, *, edition: str = "", dry_run: bool = False
    ) -> int:
        """Write to whose last yes is older than ``said_before``; returns how many.

        Who was written to, and may still answer, is passed over; suppressed people too.
        """
        asked = 0
        for people in self._pages(_old(said_before, now, edition)):
            asked += len(people)
            if dry_run:
                continue
            with self.engine.begin() as connection:
                for who in people:
                    write_to(
                        connection,
                        who,
                        LetterKind.STAY,
                        purpose=f"stay-{who}-{now:%Y%m%d}-{edition}"[:120],
                        now=now,
                        about=edition,
                    )
        return asked

    def give_up(self, now: datetime) -> int:
        """Leave for people who did not answer in 60 days; returns how many."""
        given_up = 0
        for people in self._pages(_silent(now)):
            with self.engine.begin() as connection:
                for who in people:
                    _expire(connection, who, now)
            given_up += len(people)
        return given_up

    def _pages(self, which: sa.ColumnElement[bool]) -> Iterator[list[int]]:
        after = 0
        while True:
            query = (
                sa.select(subscriber.c.id)
                .where(subscriber.c.id > after, which)
                .order_by(subscriber.c.id)
                .limit(PEOPLE)
            )
            with reading(self.engine) as connection:
                found = list(connection.scalars(query))
            if not found:
                return
            yield found
            after = found[-1]


def _old(said_before: datetime, now: datetime, edition: str) -> sa.ColumnElement[bool]:
    gets = sa.and_(
        subscription.c.subscriber_id == subscriber.c.id,
        subscription.c.state == SubscriptionState.ACTIVE,
        *([subscription.c.edition == edition] if edition else []),
    )
    said_since = sa.exists().where(
        consent_event.c.subscriber_id == subscriber.c.id,
        consent_event.c.action.in_(SAID_YES),
        consent_event.c.at >= said_before,
    )
    asked = sa.exists().where(
        letter_due.c.subscriber_id == subscriber.c.id,
        letter_due.c.kind == LetterKind.STAY,
        letter_due.c.created_at > now - PATIENCE - timedelta(days=1),
    )
    return sa.and_(sa.exists().where(gets), ~said_since, ~asked, suppression.spares(edition))


def _unanswered(now: datetime) -> list[sa.ColumnElement[bool]]:
    """Of a letter: it reached the provider 60 days ago, and its person did nothing since."""
    said_since = sa.exists().where(
        consent_event.c.subscriber_id == letter_due.c.subscriber_id,
        consent_event.c.action.in_(SAID_YES),
        consent_event.c.at >= letter_due.c.created_at,
    )
    return [
        letter_due.c.kind == LetterKind.STAY,
        letter_due.c.outcome == TAKEN,
        letter_due.c.done_at <= now - PATIENCE,
        ~said_since,
    ]


def _silent(now: datetime) -> sa.ColumnElement[bool]:
    acted = sa.and_(
        subscriber.c.last_active_at.is_not(None),
        subscriber.c.last_active_at >= letter_due.c.created_at,
    )
    return sa.exists().where(
        letter_due.c.subscriber_id == subscriber.c.id, *_unanswered(now), ~acted
    )


def _expire(connection: Connection, who: int, now: datetime) -> None:
    letters = connection.execute(
        sa.select(letter_due.c.id, letter_due.c.about, letter_due.c.created_at).where(
            letter_due.c.subscriber_id == who, *_unanswered(now)
        )
    ).all()
    for letter in letters:
        leave(
            connection,
            sa.and_(
                subscription.c.subscriber_id == who,
                subscription.c.state == SubscriptionState.ACTIVE,
                # what they joined after the letter has a fresh yes of its own
                subscription.c.joined_at <= letter.created_at,
                *([subscription.c.edition == letter.about] if letter.about else []),
            ),
            now=now,
            source=SOURCE,
            actor="scheduler",
            action=ConsentAction.EXPIRED,
        )
        connection.execute(
            sa.update(letter_due).where(letter_due.c.id == letter.id).values(outcome="unanswered")
        )
