"""Everything that is held of people, table by table, so that no table can be forgotten."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from subscribers.store import among, reading
from subscribers.tables import (
    asked,
    domain_suppression,
    metadata,
    subscriber,
    suppression,
    wording,
)

#: name → value, rows, or one of these again; only what JSON and dates can say
Held: TypeAlias = dict[str, Any]

PAGE = 500
#: ours to look people up by; they say nothing that the address does not
_INTERNAL = {"subscriber_id", "email_key", "address_hash", "from_hash", "xid"}
_OF_A_PERSON = tuple(
    table
    for table in metadata.sorted_tables
    if "subscriber_id" in table.columns and table is not subscriber
)


def everyone(
    engine: Engine, which: sa.ColumnElement[bool] | None = None, page: int = PAGE
) -> Iterator[Held]:
    """Of each subscriber for whom ``which`` holds, by id; read in pages of short transactions."""
    after = 0
    while True:
        query = sa.select(subscriber).where(subscriber.c.id > after).order_by(subscriber.c.id)
        with reading(engine) as connection:
            rows = connection.execute(
                query.where(sa.true() if which is None else which).limit(page)
            ).all()
            found = _held(connection, rows)
        yield from found
        if len(rows) < page:
            return
        after = rows[-1].id


def of_one(connection: Connection, who: int) -> Held | None:
    """Of one; None if there is no such person."""
    rows = connection.execute(sa.select(subscriber).where(subscriber.c.id == who)).all()
    found = _held(connection, rows)
    for person in found:
        person[wording.name] = _agreed_to(connection, person)
    return found[0] if found else None


def _agreed_to(connection: Connection, person: Held) -> list[Held]:
    """The words that their consent names: the same for many, so not in a list of everyone."""
    versions = {one["wording"] for one in person["consent_event"]}
    query = sa.select(wording).where(among(connection, wording.c.version, versions))
    return [_plain(row) for row in connection.execute(query.order_by(wording.c.version))]


def _held(connection: Connection, rows: Sequence[sa.Row[Any]]) -> list[Held]:
    people = {row.id: _plain(row) for row in rows}
    for table in _OF_A_PERSON:
        for person in people.values():
            person[table.name] = []
        query = sa.select(table).where(among(connection, table.c.subscriber_id, people))
        for row in connection.execute(query.order_by(*table.primary_key.columns)):
            people[row.subscriber_id][table.name].append(_plain(row))
    by_hash = {row.address_hash: people[row.id] for row in rows}
    for table in (suppression, asked):
        for person in people.values():
            person[table.name] = []
        query = sa.select(table).where(among(connection, table.c.address_hash, by_hash))
        for row in connection.execute(query.order_by(*table.primary_key.columns)):
            by_hash[row.address_hash][table.name].append(_plain(row))
    _of_domains(connection, people)
    return list(people.values())


def _of_domains(connection: Connection, people: dict[int, Held]) -> None:
    domains = {who: person["email"].rpartition("@")[2].lower() for who, person in people.items()}
    query = sa.select(domain_suppression).where(
        among(connection, domain_suppression.c.domain, set(domains.values()))
    )
    found = {row.domain: _plain(row) for row in connection.execute(query)}
    for who, domain in domains.items():
        people[who][domain_suppression.name] = [found[domain]] if domain in found else []


def _plain(row: sa.Row[Any]) -> Held:
    return {name: value for name, value in row._mapping.items() if name not in _INTERNAL}
