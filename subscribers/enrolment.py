"""People coming in: a run of entries upserted in one transaction. Mails nobody.

What a person decided outranks any entry: a suppression, an edition they left, and what they chose
on the preference page stay as they are.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers import consent, suppression
from subscribers.changes import noticed
from subscribers.leaving import store_leave_keys
from subscribers.model import (
    Consent,
    ConsentAction,
    Enrolment,
    EnrolmentOutcome,
    Entry,
    Kind,
    SubscriptionState,
)
from subscribers.store import among, insert_new, wished, wished_at_first
from subscribers.tables import attribute, preference, subscriber, subscription, tag
from subscribers.tokens import Keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Registrar:
    """Who enrols, when, and in whose name."""

    keys: Keys
    now: datetime
    action: ConsentAction
    actor: str


@dataclass(frozen=True, slots=True)
class _Person:
    """An entry with what the database knows of it."""

    entry: Entry
    id: int
    #: whether the row was there before
    known: bool
    #: whether they chose for themselves
    chose: bool


def enrol(
    connection: Connection, entries: Sequence[Entry], registrar: Registrar
) -> list[Enrolment]:
    """Add or update each entry; one result per entry, in order.

    The entries must be of different people (``Address.key``).
    """
    hashes = [
        suppression.address_hash(registrar.keys.pepper, entry.address.key) for entry in entries
    ]
    barred = suppression.scopes(connection, hashes)
    silent = suppression.barred_domains(connection, {entry.address.domain for entry in entries})
    welcome = {
        hashed: entry
        for hashed, entry in zip(hashes, entries, strict=True)
        if suppression.EVERYWHERE not in barred.get(hashed, ())
        and entry.address.domain not in silent
    }
    people = _people(connection, welcome, registrar.now)
    everyone = list(people.values())
    known = [one for one in everyone if one.known]
    with noticed(connection, [one.id for one in known], registrar.now):
        _update_known(connection, known)
        _choose(connection, everyone)
    wanted = {
        one.id: one.entry.editions - barred.get(hashed, set()) for hashed, one in people.items()
    }
    left = _subscribe(connection, everyone, wanted, registrar)
    results = {
        hashed: Enrolment(
            outcome=EnrolmentOutcome.UPDATED if one.known else EnrolmentOutcome.ADDED,
            subscriber=one.id,
            kept_out=(one.entry.editions - wanted[one.id]) | left.get(one.id, frozenset()),
            kept_choice=one.chose and one.entry.chooses,
        )
        for hashed, one in people.items()
    }
    barred_result = Enrolment(outcome=EnrolmentOutcome.SUPPRESSED)
    return [results.get(hashed, barred_result) for hashed in hashes]


def _people(connection: Connection, entries: dict[str, Entry], now: datetime) -> dict[str, _Person]:
    """A row for each entry, new or known, by the hash of its address."""
    columns = (subscriber.c.email_key, subscriber.c.id, subscriber.c.chosen_at)
    rows_of = sa.select(*columns).where(
        among(connection, subscriber.c.email_key, [one.address.key for one in entries.values()])
    )
    known = {row.email_key for row in connection.execute(rows_of)}
    new = [
        {
            "email": entry.address.email,
            "email_key": entry.address.key,
            "address_hash": hashed,
            "name": entry.name,
            "language": entry.language,
            "joined_at": entry.consent.at,
            "created_at": now,
            **wished_at_first(entry),
        }
        for hashed, entry in entries.items()
        if entry.address.key not in known
    ]
    insert_new(connection, subscriber, new)
    # Read again rather than RETURNING: another process may have been first with some of them.
    rows = {row.email_key: row for row in connection.execute(rows_of)}
    return {
        hashed: _Person(
            entry,
            rows[entry.address.key].id,
            entry.address.key in known,
            rows[entry.address.key].chosen_at is not None,
        )
        for hashed, entry in entries.items()
    }


def _update_known(connection: Connection, people: Sequence[_Person]) -> None:
    changes: defaultdict[str, list[dict[str, object]]] = defaultdict(list)
    for one in people:
        for column, value in _said(one).items():
            changes[column].append({"who": one.id, "to": value})
    for column, rows in changes.items():
        connection.execute(
            sa.update(subscriber)
            .where(subscriber.c.id == sa.bindparam("who"))
            .values({column: sa.bindparam("to")}),
            rows,
        )


def _said(one: _Person) -> dict[str, object]:
    """Column of ``subscriber`` → value, of what the entry says and may still decide."""
    name = {"name": one.entry.name} if one.entry.name else {}
    if one.chose:
        return {**name}
    language = {"language": one.entry.language} if one.entry.language else {}
    return {**name, **language, **wished(one.entry)}


def _choose(connection: Connection, people: Sequence[_Person]) -> None:
    """Regions, topics and tags: a filled cell replaces what was there, an empty one keeps it."""
    open_to = [one for one in people if not one.chose]
    known = {one.id for one in people if one.known}
    for kind, values in (
        (Kind.REGION, {one.id: one.entry.regions for one in open_to if one.entry.regions}),
        (Kind.TOPIC, {one.id: one.entry.topics for one in open_to if one.entry.topics}),
    ):
        if replaced := values.keys() & known:
            connection.execute(
                sa.delete(preference).where(
                    preference.c.kind == kind,
                    among(connection, preference.c.subscriber_id, replaced),
                )
            )
        rows = [
            {"subscriber_id": who, "kind": kind, "value": value}
            for who, chosen in values.items()
            for value in sorted(chosen)
        ]
        insert_new(connection, preference, rows)
    tags = {one.id: one.entry.tags for one in people if one.entry.tags}
    if replaced := tags.keys() & known:
        connection.execute(sa.delete(tag).where(among(connection, tag.c.subscriber_id, replaced)))
    insert_new(
        connection,
        tag,
        [{"subscriber_id": who, "name": name} for who, names in tags.items() for name in names],
    )
    _know(connection, {one.id: one.entry.attributes for one in people if one.entry.attributes})


def _know(connection: Connection, told: dict[int, Mapping[str, str]]) -> None:
    """Attributes: one that is told replaces what was there, the others stay."""
    rows = [
        {"subscriber_id": who, "name": name, "value": value}
        for who, values in told.items()
        for name, value in values.items()
    ]
    for changed in {row["name"] for row in rows}:
        who = [row["subscriber_id"] for row in rows if row["name"] == changed]
        connection.execute(
            sa.delete(attribute).where(
                attribute.c.subscriber_id.in_(who), attribute.c.name == changed
            )
        )
    insert_new(connection, attribute, rows)


def _subscribe(
    connection: Connection,
    people: Sequence[_Person],
    wanted: dict[int, frozenset[str]],
    registrar: Registrar,
) -> dict[int, frozenset[str]]:
    """Tie people to editions; those they left, by subscriber, stay left."""
    columns = (
        subscription.c.id,
        subscription.c.subscriber_id,
        subscription.c.edition,
        subscription.c.state,
    )
    theirs = sa.select(*columns).where(among(connection, subscription.c.subscriber_id, wanted))
    before = {(row.subscriber_id, row.edition): row.state for row in connection.execute(theirs)}
    new = {
        (one.id, edition): one.entry.consent
        for one in people
        for edition in sorted(wanted[one.id])
        if (one.id, edition) not in before
    }
    rows = [
        {
            "subscriber_id": who,
            "edition": edition,
            "state": SubscriptionState.ACTIVE,
            "joined_at": proof.at,
        }
        for (who, edition), proof in new.items()
    ]
    insert_new(connection, subscription, rows)
    made = [row.id for row in connection.execute(theirs) if (row.subscriber_id, row.edition) in new]
    store_leave_keys(connection, registrar.keys, made)
    proofs = {(who, consent.newsletter(edition)): proof for (who, edition), proof in new.items()}
    # who comes without an edition said yes to something too
    proofs |= {
        (one.id, consent.newsletter()): one.entry.consent
        for one in people
        if not one.known and not one.entry.editions
    }
    _record(connection, proofs, registrar)
    return {
        who: frozenset(
            edition for edition in editions if before.get((who, edition)) == SubscriptionState.LEFT
        )
        for who, editions in wanted.items()
    }


def _record(
    connection: Connection, proofs: dict[tuple[int, str], Consent], registrar: Registrar
) -> None:
    events = [
        consent.ConsentEvent(
            subscriber_id=who,
            purpose=purpose,
            action=registrar.action,
            at=proof.at,
            source=proof.source,
            wording=proof.wording,
            actor=registrar.actor,
        )
        for (who, purpose), proof in proofs.items()
    ]
    consent.record(connection, events)
