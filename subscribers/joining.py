"""Signing up by a form: asked for here, confirmed from the person's own mailbox (confirming.py).

A new, a known, a suppressed and a waiting address are answered alike, after the same work: what
differs between them is which letter is written.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from secrets import token_hex

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from subscribers import address, consent, limits, suppression
from subscribers.letters import LetterKind, write_to
from subscribers.limits import Asked, Limits
from subscribers.model import ConsentAction, SubscriptionState
from subscribers.store import UNSAID, insert_new, wished
from subscribers.tables import subscriber, subscription
from subscribers.tokens import Keys
from subscribers.wording import Wording, keep

#: characters of ``letter_due.about``
ABOUT = 500
ACTOR = "form"


class Answer(StrEnum):
    """What a form is answered. Tells nothing of the address."""

    #: a letter may be on its way
    SENT = "sent"
    TOO_MUCH = "too much"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUp:
    """What somebody filled in. ``email`` as they typed it."""

    email: str
    editions: frozenset[str]
    name: str = ""
    #: of those offered; empty: none said
    language: str = ""
    #: the form's id
    source: str
    #: which words they said yes to
    wording: str = ""
    #: these words, where the form is one that we show now
    words: Wording | None = None
    #: where the request came from: an IP address, or empty where that is not known
    place: str = ""


@dataclass(frozen=True, slots=True)
class _Who:
    """An address that something was asked for."""

    address: address.Address
    hashed: str
    suppressed: bool


#: what is done for it
Act = Callable[[Connection, _Who], None]


@dataclass(frozen=True, slots=True)
class Joining:
    """What strangers may ask for. Safe to share between threads."""

    engine: Engine
    keys: Keys
    limits: Limits

    def sign_up(self, wish: SignUp, now: datetime) -> Answer:
        """Ask for editions, in a row of its own for each thing asked. Raises BadAddressError."""
        return self._heard(
            Asked.SIGN_UP,
            wish.email,
            wish.place,
            now,
            lambda connection, who: _ask(connection, who, wish, now),
        )

    def link(self, email: str, place: str, language: str, now: datetime) -> Answer:
        """Ask for a fresh link, or again for a confirmation. Raises BadAddressError."""
        return self._heard(
            Asked.LINK,
            email,
            place,
            now,
            lambda connection, who: _link(connection, who, language, now),
        )

    def pretend(self, place: str, now: datetime) -> Answer:
        """Answer a bot as a person is answered, and do nothing."""
        with self.engine.begin() as connection:
            here = limits.place_hash(self.keys, place)
            if limits.too_much(connection, self.limits, here, now):
                return Answer.TOO_MUCH
            limits.remember(connection, Asked.IGNORED, "", here, now)
        return Answer.SENT

    def _heard(
        self,
        kind: Asked,
        email: str,
        place: str,
        now: datetime,
        act: Act,
    ) -> Answer:
        where = address.parse(email)
        hashed = suppression.address_hash(self.keys.pepper, where.key)
        here = limits.place_hash(self.keys, place)
        with self.engine.begin() as connection:
            if limits.too_much(connection, self.limits, here, now):
                return Answer.TOO_MUCH
            written = limits.letters_to(connection, hashed, kind, now)
            barred = suppression.scopes(connection, [hashed]).get(hashed, set())
            suppressed = suppression.EVERYWHERE in barred
            most = self.limits.letters_to_suppressed if suppressed else self.limits.letters
            within = written < most
            # What is over the limit is done too, and undone, so that it takes as long.
            attempt = connection.begin_nested()
            act(connection, _Who(where, hashed, suppressed=suppressed))
            if within:
                attempt.commit()
            else:
                attempt.rollback()
            told = kind if within else Asked.IGNORED
            limits.remember(connection, told, hashed, here, now)
        return Answer.SENT


def _ask(connection: Connection, who: _Who, wish: SignUp, now: datetime) -> None:
    person = _person(connection, who, wish, now)
    states = _states(connection, person)
    rows = [
        {
            "subscriber_id": person,
            "edition": edition,
            "state": SubscriptionState.PENDING,
            "joined_at": now,
        }
        for edition in sorted(wish.editions)
    ]
    # Who left an edition stays so until they confirm: no stranger makes us forget that they left.
    insert_new(connection, subscription, rows)
    again = sa.and_(
        subscription.c.subscriber_id == person,
        subscription.c.edition.in_(wish.editions),
        subscription.c.state == SubscriptionState.PENDING,
    )
    connection.execute(sa.update(subscription).where(again).values(joined_at=now))
    if wish.words:
        keep(connection, wish.words, now)
    consent.record(
        connection,
        [
            consent.ConsentEvent(
                subscriber_id=person,
                purpose=consent.newsletter(edition),
                action=ConsentAction.REQUESTED,
                at=now,
                source=wish.source,
                wording=wish.wording,
                actor=ACTOR,
            )
            for edition in sorted(wish.editions)
        ],
    )
    got = {one for one, state in states.items() if state == SubscriptionState.ACTIVE}
    new = wish.editions if who.suppressed else wish.editions - got
    kind = LetterKind.CONFIRMATION if new else LetterKind.KNOWN
    write_to(
        connection,
        person,
        kind,
        purpose=f"sign-up-{person}-{token_hex(8)}",
        now=now,
        about=fitting(sorted(new or wish.editions)),
        language=wish.language,
    )


def _link(connection: Connection, who: _Who, language: str, now: datetime) -> None:
    """A fresh link to who is known; to who never confirmed, their confirmation again."""
    query = sa.select(subscriber.c.id).where(subscriber.c.email_key == who.address.key)
    # Nobody has this id: so an unknown address takes the same queries.
    person = connection.scalar(query) or 0
    kind, about = again(connection, person)
    if person:
        purpose = f"link-{person}-{token_hex(8)}"
        write_to(connection, person, kind, purpose=purpose, now=now, about=about, language=language)


def again(connection: Connection, person: int) -> tuple[LetterKind, str]:
    """Which letter lets a person go on, and what it is about: see ``_link``."""
    states = _states(connection, person)
    waiting = sorted(one for one, state in states.items() if state == SubscriptionState.PENDING)
    if waiting and len(waiting) == len(states):
        return LetterKind.CONFIRMATION, fitting(waiting)
    return LetterKind.LINK, ""


def _person(connection: Connection, who: _Who, wish: SignUp, now: datetime) -> int:
    """The row of who has this address, new or known; what is known of them stays as it is."""
    row = {
        "email": who.address.email,
        "email_key": who.address.key,
        "address_hash": who.hashed,
        "name": wish.name,
        "language": wish.language,
        "joined_at": now,
        "created_at": now,
        **wished(UNSAID),
    }
    insert_new(connection, subscriber, [row])
    query = sa.select(subscriber.c.id).where(subscriber.c.email_key == who.address.key)
    found: int = connection.scalars(query).one()
    return found


def _states(connection: Connection, person: int) -> dict[str, str]:
    rows = connection.execute(
        sa.select(subscription.c.edition, subscription.c.state).where(
            subscription.c.subscriber_id == person
        )
    )
    return {row.edition: row.state for row in rows}


def fitting(editions: Sequence[str]) -> str:
    """Editions as ``letter_due.about`` names them, as many as fit."""
    told = ""
    for one in editions:
        longer = f"{told} {one}".strip()
        if len(longer) > ABOUT:
            break
        told = longer
    return told
