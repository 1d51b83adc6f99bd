"""What programs tell of people. What a person chose or left themselves outranks all of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers import address, leaving, suppression
from subscribers.address import Address
from subscribers.api.models import Barring, Enrolled, Facts, Leaving, Newcomer
from subscribers.api.problem import ProblemError, mistaken, not_found
from subscribers.changes import noticed
from subscribers.enrolment import Registrar, enrol
from subscribers.errors import BadAddressError
from subscribers.model import Catalogue, Consent, EnrolmentOutcome, Entry, Kind, Wish
from subscribers.store import insert_new, wished
from subscribers.tables import attribute, preference, subscriber, subscription, tag
from subscribers.values import language_code, person_name, tag_name

#: what only the person decides, once they have
CHOICES = frozenset({"language", "regions", "topics", "frequency", "weekly_on", "limit", "style"})


def mailbox(text: str) -> Address:
    """The address. Raises ProblemError, which does not repeat it."""
    try:
        return address.parse(text)
    except BadAddressError as error:
        raise mistaken("/address", str(error)) from None


def upsert(
    connection: Connection, given: Newcomer, catalogue: Catalogue, registrar: Registrar
) -> Enrolled:
    """Add this person, or what they asked for. Raises ProblemError."""
    said = _checked(given, catalogue)
    at = given.consent.at or registrar.now
    if at > registrar.now:
        raise mistaken("/consent/at", "is in the future")
    source = person_name(given.consent.source)
    if not source:
        raise mistaken("/consent/source", "say where this person asked for mail")
    entry = Entry(
        address=mailbox(given.address),
        consent=Consent(source=source, at=at, wording=given.consent.wording),
        name=said.get("name", ""),
        language=said.get("language", ""),
        regions=frozenset(said.get("regions", ())),
        topics=frozenset(said.get("topics", ())),
        editions=_known("editions", given.editions, catalogue.editions),
        tags=frozenset(said.get("tags", ())),
        frequency=said.get("frequency"),
        weekly_on=said.get("weekly_on"),
        limit=said.get("limit"),
        style=said.get("style"),
    )
    (result,) = enrol(connection, [entry], registrar)
    if result.outcome is EnrolmentOutcome.SUPPRESSED or result.subscriber is None:
        told = "This address is never to be mailed; only the person themselves can lift that."
        raise ProblemError(409, "suppressed", told)
    who = result.subscriber
    known = result.outcome is EnrolmentOutcome.UPDATED
    with noticed(connection, [who] if known else [], registrar.now):
        _attributes(connection, who, given.attributes)
    return Enrolled(
        id=who,
        outcome="updated" if known else "added",
        kept_out=sorted(result.kept_out),
        kept_choice=result.kept_choice,
    )


def patch(
    connection: Connection, who: int, given: Facts, catalogue: Catalogue, now: datetime
) -> None:
    """Make it as told; a field that is not there stays. Raises ProblemError."""
    said = _checked(given, catalogue)
    chose = sa.select(subscriber.c.id, subscriber.c.chosen_at).where(subscriber.c.id == who)
    row = connection.execute(chose.with_for_update()).one_or_none()
    if row is None:
        raise not_found("subscriber")
    if row.chosen_at is not None and CHOICES & said.keys():
        told = "This person chose for themselves; that stays."
        raise ProblemError(409, "person_chose", told)
    with noticed(connection, [who], now):
        _own(connection, who, said)
        for kind, field in ((Kind.REGION, "regions"), (Kind.TOPIC, "topics")):
            if field in said:
                theirs = sa.and_(preference.c.subscriber_id == who, preference.c.kind == kind)
                connection.execute(sa.delete(preference).where(theirs))
                rows = [
                    {"subscriber_id": who, "kind": kind.value, "value": one} for one in said[field]
                ]
                insert_new(connection, preference, rows)
        if "tags" in said:
            connection.execute(sa.delete(tag).where(tag.c.subscriber_id == who))
            insert_new(
                connection, tag, [{"subscriber_id": who, "name": one} for one in said["tags"]]
            )
        _attributes(connection, who, given.attributes)


def leave(connection: Connection, who: int, given: Leaving, actor: str, now: datetime) -> list[str]:
    """Leave the named editions, or all; returns those left now. Raises ProblemError."""
    _hash_of(connection, who)
    which = subscription.c.subscriber_id == who
    if given.editions:
        which = sa.and_(which, subscription.c.edition.in_(given.editions))
    source = f"API: {person_name(given.reason)}" if given.reason else "API"
    return sorted(leaving.leave(connection, which, now=now, source=source, actor=actor))


def bar(
    connection: Connection, who: int, given: Barring, catalogue: Catalogue, now: datetime
) -> None:
    """Promise never to mail this person. The first reason and time stand. Raises ProblemError."""
    if given.edition:
        _known("edition", [given.edition], catalogue.editions)
    hashed = _hash_of(connection, who)
    suppression.suppress(connection, hashed, reason=given.reason, scope=given.edition, now=now)


def _hash_of(connection: Connection, who: int) -> str:
    found = connection.scalar(sa.select(subscriber.c.address_hash).where(subscriber.c.id == who))
    if found is None:
        raise not_found("subscriber")
    return str(found)


def _own(connection: Connection, who: int, said: Mapping[str, Any]) -> None:
    wish = Wish(
        frequency=said.get("frequency"),
        weekly_on=said.get("weekly_on"),
        limit=said.get("limit"),
        style=said.get("style"),
    )
    own = {name: said[name] for name in ("name", "language") if name in said}
    values = {**own, **wished(wish)}
    if values:
        connection.execute(sa.update(subscriber).where(subscriber.c.id == who).values(values))


def _attributes(connection: Connection, who: int, given: Mapping[str, str]) -> None:
    names = {name: attribute_name(name) for name in given}
    theirs = attribute.c.subscriber_id == who
    connection.execute(
        sa.delete(attribute).where(theirs, attribute.c.name.in_(list(names.values())))
    )
    rows = [
        {"subscriber_id": who, "name": names[name], "value": value}
        for name, value in given.items()
        if value
    ]
    insert_new(connection, attribute, rows)


def attribute_name(text: str) -> str:
    """An attribute's name in its one form, a tag's. Raises ProblemError."""
    name = tag_name(text)
    if name is None:
        raise mistaken("/attributes", "names hold letters, digits and _ . : - only, 50 at most")
    return name


def _checked(given: Facts, catalogue: Catalogue) -> dict[str, Any]:
    """What was really said, each value in its one form. Raises ProblemError."""
    said = {name: getattr(given, name) for name in given.model_fields_set}
    if said.get("name"):
        said["name"] = person_name(said["name"])
    if said.get("language"):
        said["language"] = language_code(said["language"])
        if said["language"] is None:
            raise mistaken("/language", "use a code such as en or pt-br")
    for field, known in (("regions", catalogue.regions), ("topics", catalogue.topics)):
        if field in said:
            said[field] = sorted(_known(field, said[field], known))
    if "tags" in said:
        names = {tag_name(one) for one in said["tags"]}
        if None in names:
            raise mistaken("/tags", "letters, digits and _ . : - only, 50 at most")
        said["tags"] = sorted(one for one in names if one)
    for name in given.attributes:
        attribute_name(name)
    return said


def _known(field: str, slugs: list[str], known: Mapping[str, str]) -> frozenset[str]:
    for one in slugs:
        if one not in known:
            raise mistaken(f"/{field}", f"there is no such {field.removesuffix('s')}")
    return frozenset(slugs)
