"""What is not to be kept for ever: found by age, deleted in pages of short transactions.

Run again it finds what is left; two runs at a time do each other no harm.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from subscribers.model import ConsentAction, SubscriptionState
from subscribers.store import among, reading
from subscribers.suppression import EVERYWHERE, promise
from subscribers.tables import (
    address_change,
    asked,
    consent_event,
    import_run,
    letter_due,
    subscriber,
    subscription,
)

PAGE = 500
#: the reason of the suppression that is left of somebody who left long ago
LEFT = "left long ago"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """How many days each is kept; 0: for ever."""

    unconfirmed: int = 30
    asked: int = 30
    #: hashes of the places that strangers' requests came from
    places: int = 7
    letters: int = 90
    address_changes: int = 30
    imports: int = 90
    #: people who left every edition
    left: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    name: str
    days: int
    table: sa.Table
    key: sa.Column[int] | sa.Column[str]
    which: Callable[[datetime], sa.ColumnElement[bool]]
    #: what to do with a page of keys; None: delete
    act: Callable[[Connection, list[int]], object] | None = None


def retain(
    engine: Engine, keep: Keep, now: datetime, *, dry_run: bool = False
) -> Iterator[tuple[str, int]]:
    """What went, or would go, by what it was."""
    for rule in _rules(keep, now):
        if rule.days > 0:
            which = rule.which(now - timedelta(days=rule.days))
            yield rule.name, _count(engine, rule, which) if dry_run else _apply(engine, rule, which)


def _rules(keep: Keep, now: datetime) -> tuple[_Rule, ...]:
    return (
        _Rule(
            name="unconfirmed sign-ups",
            days=keep.unconfirmed,
            table=subscription,
            key=subscription.c.id,
            which=lambda before: sa.and_(
                subscription.c.state == SubscriptionState.PENDING,
                subscription.c.joined_at < before,
            ),
        ),
        _Rule(
            name="people who never confirmed",
            days=keep.unconfirmed,
            table=subscriber,
            key=subscriber.c.id,
            which=_never_confirmed,
        ),
        _Rule(
            name="people who left",
            days=keep.left,
            table=subscriber,
            key=subscriber.c.id,
            which=_all_left,
            act=lambda connection, page: _forget_left(connection, page, now),
        ),
        _Rule(
            name="requests of strangers",
            days=keep.asked,
            table=asked,
            key=asked.c.id,
            which=lambda before: asked.c.at < before,
        ),
        _Rule(
            name="where requests came from",
            days=keep.places,
            table=asked,
            key=asked.c.id,
            which=lambda before: sa.and_(asked.c.at < before, asked.c.from_hash != ""),
            act=lambda connection, page: connection.execute(
                sa.update(asked).where(among(connection, asked.c.id, page)).values(from_hash="")
            ),
        ),
        _Rule(
            name="letters",
            days=keep.letters,
            table=letter_due,
            key=letter_due.c.id,
            which=lambda before: letter_due.c.done_at < before,
        ),
        _Rule(
            name="changes of address",
            days=keep.address_changes,
            table=address_change,
            key=address_change.c.id,
            which=lambda before: address_change.c.created_at < before,
        ),
        _Rule(
            name="imports",
            days=keep.imports,
            table=import_run,
            key=import_run.c.digest,
            which=lambda before: import_run.c.started_at < before,
        ),
    )


def _has(state: SubscriptionState, *, other: bool = False) -> sa.Exists:
    matches = subscription.c.state != state if other else subscription.c.state == state
    return sa.exists().where(subscription.c.subscriber_id == subscriber.c.id, matches)


def _never_confirmed(before: datetime) -> sa.ColumnElement[bool]:
    """Of whom nothing but requests is known, and no late one."""
    waits = sa.and_(
        subscription.c.state == SubscriptionState.PENDING, subscription.c.joined_at < before
    )
    tied = sa.exists().where(subscription.c.subscriber_id == subscriber.c.id, ~waits)
    said = sa.exists().where(
        consent_event.c.subscriber_id == subscriber.c.id,
        sa.or_(consent_event.c.action != ConsentAction.REQUESTED, consent_event.c.at >= before),
    )
    return sa.and_(subscriber.c.created_at < before, ~tied, ~said)


def _all_left(before: datetime) -> sa.ColumnElement[bool]:
    since = sa.exists().where(
        subscription.c.subscriber_id == subscriber.c.id, subscription.c.left_at >= before
    )
    left = SubscriptionState.LEFT
    return sa.and_(_has(left), ~_has(left, other=True), ~since)


def _forget_left(connection: Connection, page: list[int], now: datetime) -> None:
    """They said no: without their row the promise has to say it."""
    theirs = among(connection, subscriber.c.id, page)
    rows = [
        {
            "address_hash": hashed,
            "scope": EVERYWHERE,
            "reason": LEFT,
            "at": now,
            "source": "",
        }
        for hashed in connection.scalars(sa.select(subscriber.c.address_hash).where(theirs))
    ]
    promise(connection, rows)
    connection.execute(sa.delete(subscriber).where(theirs))


def _count(engine: Engine, rule: _Rule, which: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count()).select_from(rule.table).where(which)
    with reading(engine) as connection:
        return connection.execute(query).scalar_one()


def _apply(engine: Engine, rule: _Rule, which: sa.ColumnElement[bool]) -> int:
    gone = 0
    while True:
        with engine.begin() as connection:
            page: list[Any] = list(connection.scalars(sa.select(rule.key).where(which).limit(PAGE)))
            if page and rule.act is not None:
                rule.act(connection, page)
            elif page:
                connection.execute(
                    sa.delete(rule.table).where(among(connection, rule.key, page), which)
                )
        gone += len(page)
        if len(page) < PAGE:
            return gone
