"""The letters that wait, with address and links: made when they are taken, stored nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row

from subscribers import suppression, tokens
from subscribers.leaving import working_keys
from subscribers.letters import LetterKind
from subscribers.model import SubscriptionState
from subscribers.store import reading
from subscribers.tables import (
    address_change,
    domain_suppression,
    letter_due,
    subscriber,
    subscription,
)
from subscribers.tokens import Keys, Scope

#: letters that a person asked for, from a form or of an address: these go to suppressed ones too,
#: as the only way to take a promise back is from there
ASKED_FOR = {LetterKind.CONFIRMATION, LetterKind.LINK, LetterKind.NEW_ADDRESS}
#: letters written to many at a time
MANY = (LetterKind.STAY, LetterKind.RESUMED)
#: letters about what the person still gets
OF_WHAT_THEY_GET = {LetterKind.WELCOME, LetterKind.STAY, LetterKind.RESUMED}
#: letters about an address change go to its address, not to the person's
TO_CHANGE = {LetterKind.NEW_ADDRESS, LetterKind.OLD_ADDRESS}


@dataclass(frozen=True, slots=True, kw_only=True)
class DueLetter:
    """One letter to one person, at the moment of sending."""

    id: int
    #: of ``LetterKind``, or one that is not known here
    kind: str
    subscriber: int
    address: str
    name: str
    #: of the letter, else of the person; empty where neither says
    language: str
    #: what it is about
    editions: tuple[str, ...]
    #: what its button opens: ``/confirm/<token>``; empty where it has none
    path: str = ""
    preferences_path: str = ""
    #: empty where there is nothing to leave
    leave_path: str = ""
    #: why it may not go; empty where it may
    barred: str = ""


@dataclass(frozen=True, slots=True)
class Correspondence:
    """Letters due, and what became of them. Safe to share between threads."""

    engine: Engine
    keys: Keys

    def due(self, now: datetime, after: int, limit: int, *, bulk: bool) -> Sequence[DueLetter]:
        """Letters that may go now, after one's id, oldest first. Only reads.

        One of a kind that is not known here, as a newer program may have left it, is told like any
        other: whoever cannot write it keeps it. ``bulk``: those written to many at a time, else
        those that somebody waits for.
        """
        many = letter_due.c.kind.in_(MANY)
        ripe = sa.or_(letter_due.c.not_before.is_(None), letter_due.c.not_before <= now)
        query = (
            sa.select(
                letter_due,
                subscriber.c.email,
                subscriber.c.name,
                subscriber.c.language.label("speaks"),
                subscriber.c.address_hash,
                subscriber.c.paused_until,
            )
            .join(subscriber, subscriber.c.id == letter_due.c.subscriber_id)
            .where(
                letter_due.c.done_at.is_(None),
                letter_due.c.id > after,
                many if bulk else ~many,
                ripe,
            )
            .order_by(letter_due.c.id)
            .limit(limit)
        )
        with reading(self.engine) as connection:
            return [self._letter(connection, row, now) for row in connection.execute(query).all()]

    def done(self, letter: int, outcome: str, now: datetime) -> None:
        """It waits no more."""
        with self.engine.begin() as connection:
            connection.execute(
                sa.update(letter_due)
                .where(letter_due.c.id == letter, letter_due.c.done_at.is_(None))
                .values(done_at=now, outcome=outcome[:200])
            )

    def _letter(self, connection: Connection, row: Row[Any], now: datetime) -> DueLetter:
        kind, who = row.kind, row.subscriber_id
        about = tuple(row.about.split())
        letter = DueLetter(
            id=row.id,
            kind=kind,
            subscriber=who,
            address=row.email,
            name=row.name,
            language=row.language or row.speaks,
            editions=about,
            preferences_path=f"/p/{tokens.manage_token(self.keys, who, now)}",
        )
        hashed = row.address_hash
        if kind in TO_CHANGE:
            change = _change(connection, int(row.about), waiting=kind == LetterKind.NEW_ADDRESS)
            if change is None:
                return replace(letter, barred="changed since")
            letter = replace(letter, address=change.email, editions=())
            hashed = change.address_hash
        letter = replace(letter, path=self._path(kind, who, row.about, now))
        if kind == LetterKind.RESUMED and row.paused_until != row.not_before:
            return replace(letter, barred="changed since")
        if kind in OF_WHAT_THEY_GET:
            letter = self._about_subscriptions(connection, letter, kind)
        if not letter.barred and _barred(connection, kind, hashed, letter):
            letter = replace(letter, barred="suppressed")
        return letter

    def _path(self, kind: str, who: int, about: str, now: datetime) -> str:
        """What the letter's button opens."""
        scopes: dict[str, tuple[str, Scope, tokens.About]] = {
            LetterKind.CONFIRMATION: ("confirm", Scope.CONFIRM, [who, *about.split()]),
            LetterKind.LINK: ("data", Scope.FRESH, [who]),
            LetterKind.NEW_ADDRESS: ("address", Scope.ADDRESS, [who, about]),
            LetterKind.STAY: ("stay", Scope.STAY, [who]),
        }
        if kind not in scopes:
            return ""
        where, scope, told = scopes[kind]
        if scope is Scope.ADDRESS:
            told = [who, int(about)]
        return f"/{where}/{tokens.token(self.keys, scope, told, now)}"

    def _about_subscriptions(
        self, connection: Connection, letter: DueLetter, kind: str
    ) -> DueLetter:
        """About what the person still gets; barred where that is nothing."""
        query = (
            sa.select(subscription.c.id, subscription.c.edition)
            .where(
                subscription.c.subscriber_id == letter.subscriber,
                subscription.c.state == SubscriptionState.ACTIVE,
            )
            .order_by(subscription.c.edition)
        )
        got = {row.edition: row.id for row in connection.execute(query)}
        editions = tuple(one for one in got if not letter.editions or one in letter.editions)
        if not editions:
            return replace(letter, barred="left")
        letter = replace(letter, editions=editions)
        if kind == LetterKind.WELCOME:
            tie = got[editions[0]]
            key = working_keys(connection, self.keys, [tie]).get(tie, "")
            letter = replace(letter, leave_path=f"/u/{key}" if key else "")
        return letter


def _change(connection: Connection, number: int, *, waiting: bool) -> Row[Any] | None:
    done = address_change.c.done_at
    return connection.execute(
        sa.select(address_change).where(
            address_change.c.id == number, done.is_(None) if waiting else done.is_not(None)
        )
    ).one_or_none()


def _barred(connection: Connection, kind: str, hashed: str, letter: DueLetter) -> bool:
    domain = letter.address.rpartition("@")[2].lower()
    closed = sa.select(domain_suppression.c.domain).where(domain_suppression.c.domain == domain)
    if connection.execute(closed).first() is not None:
        return True
    if kind in ASKED_FOR:
        return False
    scopes = suppression.scopes(connection, [hashed]).get(hashed, set())
    only = {*letter.editions} if kind == LetterKind.WELCOME else set[str]()
    return bool(scopes & {suppression.EVERYWHERE, *only})
