"""What the line holds of one subscriber, by their id: deliveries, events, letters."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import NO_ISSUE, SubscriberId
from digest.store import bodies
from digest.store.engine import insert_new
from digest.store.heard_table import delivery_event
from digest.store.link_tables import link, reader_click
from digest.store.rights_tables import chore, erasure
from digest.store.tables import body, delivery, issue, letter

#: issues asked about in one query: each is one look into an index
ISSUES = 500


def deliveries(connection: Connection, who: SubscriberId) -> list[dict[str, Any]]:
    """Every issue that was, or was to be, sent to them."""
    columns = (delivery.c.state, delivery.c.code, delivery.c.provider_id, delivery.c.at)
    return [
        dict(row._mapping)
        for page in _issues(connection)
        for row in connection.execute(
            sa.select(delivery.c.issue_id.label("issue"), issue.c.edition, *columns)
            .join(issue, issue.c.id == delivery.c.issue_id)
            .where(delivery.c.issue_id.in_(page), delivery.c.subscriber_id == who)
            .order_by(delivery.c.issue_id)
        )
    ]


def events(connection: Connection, who: SubscriberId) -> list[dict[str, Any]]:
    """All that was heard of their mail."""
    columns = (delivery_event.c.kind, delivery_event.c.at, delivery_event.c.source)
    kinds = connection.scalars(sa.select(delivery_event.c.kind).distinct()).all()
    return [
        dict(row._mapping)
        for page in _issues(connection)
        for row in connection.execute(
            sa.select(delivery_event.c.issue_id.label("issue"), *columns, delivery_event.c.code)
            .where(
                # As the index has it.
                delivery_event.c.issue_id.in_(page),
                delivery_event.c.kind.in_(kinds),
                delivery_event.c.subscriber_id == who,
            )
            .order_by(delivery_event.c.issue_id, delivery_event.c.at)
        )
    ]


def letters(connection: Connection, who: SubscriberId) -> list[dict[str, Any]]:
    """How letters to them fared, by purpose."""
    columns = (letter.c.purpose, letter.c.kind, letter.c.state, letter.c.code, letter.c.at)
    query = sa.select(*columns).where(letter.c.subscriber_id == who).order_by(letter.c.purpose)
    return [dict(row._mapping) for row in connection.execute(query)]


def clicks(connection: Connection, who: SubscriberId) -> list[dict[str, Any]]:
    """Which links they followed, as long as they agreed that this is kept."""
    query = (
        sa.select(link.c.issue_id.label("issue"), link.c.url, reader_click.c.at)
        .join(link, link.c.id == reader_click.c.link_id)
        .where(reader_click.c.subscriber_id == who)
        .order_by(link.c.id)
    )
    return [dict(row._mapping) for row in connection.execute(query)]


def scrub(connection: Connection, who: SubscriberId) -> None:
    """Leave of them only that deliveries were made to this id, and what became of each."""
    for page in _issues(connection):
        connection.execute(
            sa.update(delivery)
            .where(delivery.c.issue_id.in_(page), delivery.c.subscriber_id == who)
            .values(code="", provider_id="")
        )
        kinds = connection.scalars(sa.select(delivery_event.c.kind).distinct()).all()
        connection.execute(
            sa.update(delivery_event)
            .where(
                delivery_event.c.issue_id.in_(page),
                delivery_event.c.kind.in_(kinds),
                delivery_event.c.subscriber_id == who,
            )
            .values(code="")
        )
    connection.execute(sa.delete(letter).where(letter.c.subscriber_id == who))
    connection.execute(sa.delete(reader_click).where(reader_click.c.subscriber_id == who))


def ask(connection: Connection, who: SubscriberId, now: datetime) -> None:
    """Write down that they are to be erased."""
    insert_new(connection, erasure, [{"subscriber_id": who, "asked_at": now}])


def asked(connection: Connection, since: datetime) -> list[SubscriberId]:
    """Whose erasure is not finished, or was asked for since."""
    wanted = sa.or_(erasure.c.done_at.is_(None), erasure.c.asked_at >= since)
    query = sa.select(erasure.c.subscriber_id).where(wanted).order_by(erasure.c.subscriber_id)
    return list(connection.scalars(query))


def erased(connection: Connection, who: SubscriberId, now: datetime) -> None:
    """It is done."""
    connection.execute(
        sa.update(erasure)
        .where(erasure.c.subscriber_id == who, erasure.c.done_at.is_(None))
        .values(done_at=now)
    )


def due(connection: Connection, name: str, now: datetime, every: timedelta) -> bool:
    """Whether it is time for what recurs ``every`` so long."""
    begun = connection.scalar(sa.select(chore.c.begun_at).where(chore.c.chore == name))
    # Later than now: somebody pretended another time.
    return begun is None or begun <= now - every or begun > now


def begun(connection: Connection, names: Iterable[str]) -> dict[str, datetime]:
    """When each of these recurring things was begun last; those that never were are absent."""
    rows = connection.execute(sa.select(chore).where(chore.c.chore.in_(list(names))))
    return {row.chore: row.begun_at for row in rows}


def note_first(connection: Connection, name: str, now: datetime) -> bool:
    """Count what recurs from now on; False where it was counted before."""
    known = sa.select(chore.c.chore).where(chore.c.chore == name)
    if connection.scalar(known) is not None:
        return False
    insert_new(connection, chore, [{"chore": name, "begun_at": now}])
    return True


def begin(connection: Connection, name: str, now: datetime, every: timedelta) -> bool:
    """Begin it; False where another process was quicker."""
    past = now - every
    insert_new(connection, chore, [{"chore": name, "begun_at": past}])
    mine = sa.and_(chore.c.chore == name, sa.or_(chore.c.begun_at <= past, chore.c.begun_at > now))
    return connection.execute(sa.update(chore).where(mine).values(begun_at=now)).rowcount == 1


def old(connection: Connection, before: dict[str, datetime]) -> dict[str, int]:
    """How much of each is older than it is to be kept."""
    return {
        name: connection.execute(
            sa.select(sa.func.count()).select_from(table).where(which)
        ).scalar_one()
        for name, (table, _, which) in _old(before).items()
    }


def forget(connection: Connection, name: str, before: datetime, page: int) -> int:
    """Delete a page of it; how many went."""
    table, key, which = _old({name: before})[name]
    keys = connection.scalars(sa.select(key).where(which).limit(page)).all()
    connection.execute(sa.delete(table).where(key.in_(keys)))
    return len(keys)


def _old(
    before: dict[str, datetime],
) -> dict[str, tuple[sa.Table, sa.Column[Any], sa.ColumnElement[bool]]]:
    found: dict[str, tuple[sa.Table, sa.Column[Any], sa.ColumnElement[bool]]] = {}
    for name, at in before.items():
        match name:
            case "delivery events":
                heard = sa.and_(delivery_event.c.heard_at < at, ~delivery_event.c.pending)
                found[name] = (delivery_event, delivery_event.c.id, heard)
            case "letters’ outcomes":
                found[name] = (letter, letter.c.purpose, letter.c.at < at)
            case "readers’ clicks":
                # Its key is of two columns; those of one moment are old together.
                found[name] = (reader_click, reader_click.c.at, reader_click.c.at < at)
            case "sources’ documents":
                found[name] = (body, body.c.id, bodies.old(at))
            case "erasures":
                found[name] = (erasure, erasure.c.subscriber_id, erasure.c.done_at < at)
    return found


def _issues(connection: Connection) -> Iterator[list[int]]:
    # What was heard of letters stands under no issue.
    every = [NO_ISSUE, *connection.scalars(sa.select(issue.c.id).order_by(issue.c.id))]
    for start in range(0, len(every), ISSUES):
        yield every[start : start + ISSUES]
