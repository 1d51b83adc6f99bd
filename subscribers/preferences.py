"""What a person sees of themselves on the preference page, and what they change there."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers import consent, measuring, suppression
from subscribers.address import mask
from subscribers.changes import noticed
from subscribers.engagement import seen
from subscribers.errors import BadTokenError
from subscribers.leaving import leave, store_leave_keys
from subscribers.letters import write_of_pause
from subscribers.model import (
    EDITIONS_HOUR,
    Catalogue,
    Choice,
    ConsentAction,
    Frequency,
    Kind,
    Preferences,
    Style,
    SubscriptionState,
    Tie,
)
from subscribers.store import chosen, insert_new, wished
from subscribers.tables import preference, subscriber, subscription
from subscribers.tokens import LIFE, Keys, Scope
from subscribers.zones import known

SOURCE = "preference page"
#: which words a person says yes to there; goes up when templates/web/preferences.html changes them
WORDING = "preferences-3"
ACTOR = "reader"
#: so long what was left can be taken back
UNDO_FOR: timedelta = LIFE[Scope.UNDO]


def load(connection: Connection, who: int, now: datetime | None = None) -> Preferences | None:
    """What the page shows; None if there is no such person (any more).

    What was left lately is told as of ``now``; without one nothing is.
    """
    row = connection.execute(
        sa.select(subscriber, suppression.applies().label("suppressed")).where(
            subscriber.c.id == who
        )
    ).one_or_none()
    if row is None:
        return None
    kinds = chosen(connection, [who])[who]
    joined = {
        one.edition: one.joined_at
        for one in connection.execute(
            sa.select(subscription.c.edition, subscription.c.joined_at).where(
                subscription.c.subscriber_id == who,
                subscription.c.state == SubscriptionState.ACTIVE,
            )
        )
    }
    history = consent.history(connection, who)
    left_at, left = left_last(connection, who, now) if now else (None, frozenset[str]())
    return Preferences(
        subscriber=who,
        masked_address=mask(row.email),
        editions=frozenset(joined),
        regions=kinds[Kind.REGION],
        topics=kinds[Kind.TOPIC],
        language=row.language,
        frequency=Frequency(row.frequency),
        weekly_on=row.weekly_on,
        limit=row.story_limit,
        style=Style(row.style),
        send_hour=row.send_hour,
        time_zone=row.time_zone,
        breaking=row.breaking,
        paused_until=row.paused_until,
        measure_opens=row.measure_opens,
        measure_clicks=row.measure_clicks,
        joined_at=row.joined_at,
        source=history[0].source if history else "",
        ties={edition: _tie(history, edition, at) for edition, at in sorted(joined.items())},
        left=left,
        left_at=left_at,
        suppressed=row.suppressed,
    )


def left_last(
    connection: Connection, who: int, now: datetime
) -> tuple[datetime | None, frozenset[str]]:
    """The editions that a person left last, all at one moment, if that can still be undone."""
    rows = connection.execute(
        sa.select(subscription.c.edition, subscription.c.left_at).where(
            subscription.c.subscriber_id == who,
            subscription.c.state == SubscriptionState.LEFT,
            subscription.c.left_at > now - UNDO_FOR,
        )
    ).all()
    last = max((row.left_at for row in rows), default=None)
    return last, frozenset(row.edition for row in rows if row.left_at == last)


def save(
    connection: Connection,
    who: int,
    choice: Choice,
    *,
    offer: Catalogue,
    keys: Keys,
    now: datetime,
) -> None:
    """Make it as the person chose, of what is offered. Raises BadTokenError if they are gone."""
    current = connection.execute(
        sa.select(subscriber.c.language).where(subscriber.c.id == who)
    ).one_or_none()
    if current is None:
        raise BadTokenError
    choice = _offered(choice, offer, current.language)
    with noticed(connection, [who], now):
        connection.execute(
            sa.update(subscriber)
            .where(subscriber.c.id == who)
            .values({"chosen_at": now, "last_active_at": now, **wished(choice), **_own(choice)})
        )
        measuring.decide(connection, who, choice, source=SOURCE, wording=WORDING, now=now)
        if choice.pause is not None and choice.pause.until is not None:
            write_of_pause(connection, who, choice.pause.until, now)
        _prefer(connection, who, Kind.REGION, choice.regions)
        _prefer(connection, who, Kind.TOPIC, choice.topics)
    if choice.editions is not None:
        unticked = sa.and_(
            subscription.c.subscriber_id == who,
            subscription.c.state == SubscriptionState.ACTIVE,
            subscription.c.edition.in_(offer.editions.keys() - choice.editions),
        )
        leave(connection, unticked, now=now, source=SOURCE, actor=ACTOR)
        join(connection, who, choice.editions, keys, now)


def leave_everything(connection: Connection, who: int, now: datetime) -> None:
    """Leave every edition."""
    theirs = subscription.c.subscriber_id == who
    leave(connection, theirs, now=now, source=SOURCE, actor=ACTOR)
    seen(connection, [who], now)


def join(
    connection: Connection,
    who: int,
    editions: frozenset[str],
    keys: Keys,
    now: datetime,
    *,
    source: str = SOURCE,
    wording: str = WORDING,
) -> None:
    """Make the person get these editions; those they get already stay as they are."""
    theirs = sa.and_(subscription.c.subscriber_id == who, subscription.c.edition.in_(editions))
    states = {
        row.edition: row.state
        for row in connection.execute(
            sa.select(subscription.c.edition, subscription.c.state).where(theirs)
        )
    }
    joined = sorted(
        edition for edition in editions if states.get(edition) != SubscriptionState.ACTIVE
    )
    active = {"state": SubscriptionState.ACTIVE, "joined_at": now, "left_at": None}
    connection.execute(
        sa.update(subscription)
        .where(theirs, subscription.c.state != SubscriptionState.ACTIVE)
        .values(active)
    )
    insert_new(
        connection,
        subscription,
        [{"subscriber_id": who, "edition": edition, **active} for edition in joined],
    )
    ids = connection.scalars(sa.select(subscription.c.id).where(theirs)).all()
    store_leave_keys(connection, keys, ids)
    consent.record(
        connection,
        [
            consent.ConsentEvent(
                subscriber_id=who,
                purpose=consent.newsletter(edition),
                action=ConsentAction.GIVEN,
                at=now,
                source=source,
                wording=wording,
                actor=ACTOR,
            )
            for edition in joined
        ],
    )


def _offered(choice: Choice, offer: Catalogue, language: str) -> Choice:
    """The choice within what is offered; a value that is not says nothing."""
    # A language that is not offered shows as no preference: saving that says nothing of it.
    spoken = {"", *offer.languages} if language in {"", *offer.languages} else offer.languages
    return replace(
        choice,
        editions=_within(choice.editions, offer.editions.keys()),
        regions=_within(choice.regions, offer.regions.keys()),
        topics=_within(choice.topics, offer.topics.keys()),
        language=choice.language if choice.language in spoken else None,
        zone=choice.zone if choice.zone in {"", *known()} else None,
    )


def _within(chose: frozenset[str] | None, offered: AbstractSet[str]) -> frozenset[str] | None:
    return None if chose is None else chose & offered


def _own(choice: Choice) -> dict[str, object]:
    """Column of ``subscriber`` → value, of what only this page asks."""
    told: dict[str, object] = {}
    if choice.language is not None:
        told["language"] = choice.language
    if choice.hour == EDITIONS_HOUR:
        told["send_hour"] = None
    if choice.pause is not None:
        told["paused_until"] = choice.pause.until
    return told


def _prefer(connection: Connection, who: int, kind: Kind, values: frozenset[str] | None) -> None:
    if values is None:
        return
    connection.execute(
        sa.delete(preference).where(preference.c.subscriber_id == who, preference.c.kind == kind)
    )
    rows = [{"subscriber_id": who, "kind": kind, "value": value} for value in sorted(values)]
    insert_new(connection, preference, rows)


def _tie(history: Sequence[consent.ConsentEvent], edition: str, joined_at: datetime) -> Tie:
    """How the present tie came about: what was said since the edition was last left."""
    told: list[consent.ConsentEvent] = []
    for event in history:
        if event.purpose in {consent.newsletter(edition), consent.newsletter()}:
            told = [] if event.action is ConsentAction.WITHDRAWN else [*told, event]
    confirmed = [one.at for one in told if one.action is ConsentAction.CONFIRMED]
    return Tie(
        since=told[0].at if told else joined_at,
        source=told[0].source if told else "",
        confirmed_at=confirmed[-1] if confirmed else None,
    )
