"""A person's yes from their own mailbox: to what a form asked for, and to what their consent's age
asks for.

A confirmation does what was last asked: who left, or was suppressed, after the form was sent stays
out, however often the old link is used.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from subscribers import consent, suppression, tokens
from subscribers.engagement import seen
from subscribers.errors import BadTokenError
from subscribers.leaving import store_leave_keys
from subscribers.letters import LetterKind, write_to
from subscribers.model import ConsentAction, SubscriptionState
from subscribers.store import insert_new, reading
from subscribers.suppression import EVERYWHERE
from subscribers.tables import subscriber, subscription
from subscribers.tokens import Keys, Scope

SOURCE = "confirmation link"
STAYED = "letter about an old consent"
ACTOR = "reader"


@dataclass(frozen=True, slots=True)
class Confirming:
    """What links in letters open. Every method raises BadTokenError, alike for all reasons."""

    engine: Engine
    keys: Keys

    def asked(self, token: str, now: datetime) -> frozenset[str]:
        """The editions that the link would confirm, of those not left since. Only reads."""
        who, editions = self._read(token, now)
        with reading(self.engine) as connection:
            found = frozenset(_requests(connection, who, editions))
        if not found:
            raise BadTokenError
        return found

    def confirm(self, token: str, now: datetime) -> frozenset[str]:
        """Say yes: from now on these editions come. Again: no change."""
        who, editions = self._read(token, now)
        with self.engine.begin() as connection:
            requests = _requests(connection, who, editions)
            if not requests:
                raise BadTokenError
            _join(connection, who, requests, self.keys, now)
        return frozenset(requests)

    def stays(self, token: str, now: datetime) -> frozenset[str]:
        """The editions that a letter about an old consent is about. Only reads."""
        with reading(self.engine) as connection:
            return _got(connection, self._staying(token, now))

    def stay(self, token: str, now: datetime) -> frozenset[str]:
        """Say yes again to what one gets."""
        who = self._staying(token, now)
        with self.engine.begin() as connection:
            got = _got(connection, who)
            consent.record(connection, _said_yes(who, got, STAYED, "", now))
            seen(connection, [who], now)
        return got

    def _read(self, token: str, now: datetime) -> tuple[int, list[str]]:
        match tokens.read_token(self.keys, Scope.CONFIRM, token, now):
            case [int(who), *editions] if all(isinstance(one, str) for one in editions):
                return who, editions
        raise BadTokenError

    def _staying(self, token: str, now: datetime) -> int:
        match tokens.read_token(self.keys, Scope.STAY, token, now):
            case [int(who)]:
                return who
        raise BadTokenError


def _requests(
    connection: Connection, who: int, editions: Sequence[str]
) -> dict[str, consent.ConsentEvent]:
    """Edition → its last request, of those that were not taken back since."""
    purposes = {consent.newsletter(one): one for one in editions}
    found: dict[str, consent.ConsentEvent] = {}
    for event in consent.history(connection, who):
        edition = purposes.get(event.purpose)
        if edition is None:
            continue
        if event.action is ConsentAction.REQUESTED:
            found[edition] = event
        elif event.action in {ConsentAction.WITHDRAWN, ConsentAction.EXPIRED}:
            found.pop(edition, None)
    if not found:
        return {}
    hashed = connection.scalar(sa.select(subscriber.c.address_hash).where(subscriber.c.id == who))
    barred = {one.scope: one.at for one in suppression.of(connection, hashed or "")}
    return {
        edition: event
        for edition, event in found.items()
        if all(barred[scope] <= event.at for scope in (EVERYWHERE, edition) if scope in barred)
    }


def _join(
    connection: Connection,
    who: int,
    requests: dict[str, consent.ConsentEvent],
    keys: Keys,
    now: datetime,
) -> None:
    theirs = sa.select(subscription).where(subscription.c.subscriber_id == who)
    before = {row.edition: row.state for row in connection.execute(theirs)}
    new = sorted(edition for edition in requests if before.get(edition) != SubscriptionState.ACTIVE)
    hashed = connection.scalars(
        sa.select(subscriber.c.address_hash).where(subscriber.c.id == who)
    ).one()
    asked_at = max(one.at for one in requests.values())
    lifted = suppression.lift(connection, hashed, {EVERYWHERE, *requests}, asked_at)
    if not new and not lifted:
        return
    _activate(connection, who, new, keys, now)
    if set(before.values()) <= {SubscriptionState.PENDING}:
        joined = sa.update(subscriber).where(subscriber.c.id == who).values(joined_at=now)
        connection.execute(joined)
    seen(connection, [who], now)
    source = f"{SOURCE}; suppression lifted: {', '.join(lifted)}"[:200] if lifted else SOURCE
    events = [
        event
        for edition in (new or sorted(requests))
        for event in _said_yes(who, [edition], source, requests[edition].wording, now)
    ]
    consent.record(connection, events)
    for edition in new:
        write_to(
            connection,
            who,
            LetterKind.WELCOME,
            purpose=f"welcome-{who}-{token_hex(8)}",
            now=now,
            about=edition,
        )


def _activate(
    connection: Connection, who: int, editions: Sequence[str], keys: Keys, now: datetime
) -> None:
    active = {"state": SubscriptionState.ACTIVE, "joined_at": now, "left_at": None}
    theirs = sa.and_(subscription.c.subscriber_id == who, subscription.c.edition.in_(editions))
    connection.execute(sa.update(subscription).where(theirs).values(active))
    rows = [{"subscriber_id": who, "edition": edition, **active} for edition in editions]
    insert_new(connection, subscription, rows)
    ids = connection.scalars(sa.select(subscription.c.id).where(theirs)).all()
    store_leave_keys(connection, keys, ids)


def _got(connection: Connection, who: int) -> frozenset[str]:
    """The editions they get. Raises BadTokenError if they get none (any more)."""
    query = sa.select(subscription.c.edition).where(
        subscription.c.subscriber_id == who, subscription.c.state == SubscriptionState.ACTIVE
    )
    found = frozenset(connection.scalars(query))
    if not found:
        raise BadTokenError
    return found


def _said_yes(
    who: int, editions: Collection[str], source: str, wording: str, now: datetime
) -> list[consent.ConsentEvent]:
    return [
        consent.ConsentEvent(
            subscriber_id=who,
            purpose=consent.newsletter(edition),
            action=ConsentAction.CONFIRMED,
            at=now,
            source=source,
            wording=wording,
            actor=ACTOR,
        )
        for edition in sorted(editions)
    ]
