"""What must hold of the ledger, whatever broke: one query each, for one issue or for all.

Every rule here follows from how the line writes, so a flaw is a fault of ours or somebody's hand.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import BatchState, DeliveryState, IssueId, IssueState
from digest.store import drafts, ledger
from digest.store.approval_tables import approval
from digest.store.issues import GONE
from digest.store.keeping_tables import rendered
from digest.store.tables import batch, delivery, exclusion, issue, issue_event, sheet, variant

#: the ``issue_event.what`` under which the size of a frozen audience stands
AUDIENCE = "audience"
#: an issue whose content stands still
FROZEN = (IssueState.LOCKED.value, *GONE)
#: an issue whose audience is frozen
ADDRESSED = GONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One thing that should not be."""

    #: which rule, by its name in docs/guarantees.md
    rule: str
    issue: IssueId
    why: str


Rule: TypeAlias = Callable[[Connection, IssueId | None], Iterator[tuple[int, str]]]


def audience(connection: Connection, only: IssueId | None) -> Iterator[tuple[int, str]]:
    """audience = deliveries + exclusions by reason."""
    told = sa.select(issue_event.c.issue_id, issue_event.c.after).where(
        issue_event.c.what == AUDIENCE
    )
    for row in connection.execute(_of(told, issue_event.c.issue_id, only)):
        deliveries = connection.scalar(
            sa.select(sa.func.count())
            .select_from(delivery)
            .where(delivery.c.issue_id == row.issue_id)
        )
        left_out = connection.scalar(
            sa.select(sa.func.coalesce(sa.func.sum(exclusion.c.readers), 0)).where(
                exclusion.c.issue_id == row.issue_id
            )
        )
        assert deliveries is not None
        assert left_out is not None
        if int(row.after) != deliveries + int(left_out):
            yield (
                row.issue_id,
                f"an audience of {row.after}, but {deliveries} deliveries and {left_out} left out",
            )


def in_a_batch(connection: Connection, only: IssueId | None) -> Iterator[tuple[int, str]]:
    """Each delivery is in exactly one batch, each batch holds some, both are of an issue."""
    together = sa.and_(batch.c.issue_id == delivery.c.issue_id, batch.c.number == delivery.c.number)
    lost = (
        sa.select(delivery.c.issue_id, sa.func.count().label("n"))
        .select_from(delivery.outerjoin(batch, together))
        .where(batch.c.number.is_(None))
        .group_by(delivery.c.issue_id)
    )
    for row in connection.execute(_of(lost, delivery.c.issue_id, only)):
        yield row.issue_id, f"{row.n} deliveries are in no batch"
    empty = (
        sa.select(batch.c.issue_id, batch.c.number)
        .select_from(batch.outerjoin(delivery, together))
        .where(delivery.c.number.is_(None))
    )
    for row in connection.execute(_of(empty, batch.c.issue_id, only)):
        yield row.issue_id, f"batch {row.number} holds no delivery"
    for table in (batch, delivery, exclusion):
        orphan = (
            sa.select(table.c.issue_id)
            .select_from(table.outerjoin(issue, issue.c.id == table.c.issue_id))
            .where(issue.c.id.is_(None))
            .distinct()
        )
        for row in connection.execute(_of(orphan, table.c.issue_id, only)):
            yield row.issue_id, f"{table.name} rows of an issue that is not there"


def once(connection: Connection, only: IssueId | None) -> Iterator[tuple[int, str]]:
    """A subscriber is in an issue once."""
    twice = (
        sa.select(delivery.c.issue_id, delivery.c.subscriber_id)
        .group_by(delivery.c.issue_id, delivery.c.subscriber_id)
        .having(sa.func.count() > 1)
    )
    for row in connection.execute(_of(twice, delivery.c.issue_id, only)):
        yield row.issue_id, f"subscriber {row.subscriber_id} is in it more than once"


def batches(connection: Connection, only: IssueId | None) -> Iterator[tuple[int, str]]:
    """A batch's state is what its deliveries' states make it."""
    held = (
        sa.select(batch.c.issue_id, batch.c.number, batch.c.state.label("of"), delivery.c.state)
        .join(
            delivery,
            sa.and_(batch.c.issue_id == delivery.c.issue_id, batch.c.number == delivery.c.number),
        )
        .distinct()
        .order_by(batch.c.issue_id, batch.c.number)
    )
    states: dict[tuple[int, int, str], set[str]] = {}
    for row in connection.execute(_of(held, batch.c.issue_id, only)):
        states.setdefault((row.issue_id, row.number, row.of), set()).add(row.state)
    open_, undecided = set(ledger.OPEN), set(ledger.UNDECIDED)
    for (issue_id, number, of), found in states.items():
        strange = found - set(_DELIVERY)
        if of not in set(_BATCH) or strange:
            yield issue_id, f"batch {number} is {of} with deliveries {', '.join(sorted(found))}"
        elif of == BatchState.DONE and found & undecided:
            yield issue_id, f"batch {number} is done with deliveries undecided"
        elif of in {BatchState.PLANNED, BatchState.CLAIMED} and not found & open_:
            yield issue_id, f"batch {number} is {of}, and nothing in it is left to do"
        elif of == BatchState.IN_DOUBT and not found & undecided:
            yield issue_id, f"batch {number} is in doubt, and nothing in it is"
        if "claimed" in found:
            yield issue_id, f"batch {number} holds deliveries called claimed, which no row is"


def leases(connection: Connection, only: IssueId | None) -> Iterator[tuple[int, str]]:
    """A claimed batch has an owner and a lease; one that is planned or done has no lease."""
    query = sa.select(batch).where(
        sa.or_(
            sa.and_(
                batch.c.state == BatchState.CLAIMED.value,
                sa.or_(batch.c.owner.is_(None), batch.c.lease_until.is_(None)),
            ),
            sa.and_(
                batch.c.state.in_([BatchState.PLANNED.value, BatchState.DONE.value]),
                batch.c.lease_until.is_not(None),
            ),
        )
    )
    for row in connection.execute(_of(query, batch.c.issue_id, only)):
        has = "a lease" if row.lease_until else "no owner or no lease"
        yield row.issue_id, f"batch {row.number} is {row.state} with {has}"


def finished(connection: Connection, only: IssueId | None) -> Iterator[tuple[int, str]]:
    """Nothing of a sent issue is left to do; only an issue being sent, or sent, has batches."""
    left = (
        sa.select(batch.c.issue_id, sa.func.count().label("n"))
        .join(issue, issue.c.id == batch.c.issue_id)
        .where(
            issue.c.state.in_([IssueState.SENT.value, IssueState.CORRECTED.value]),
            batch.c.state == BatchState.PLANNED.value,
        )
        .group_by(batch.c.issue_id)
    )
    for row in connection.execute(_of(left, batch.c.issue_id, only)):
        yield row.issue_id, f"it is sent, and {row.n} batches are planned"
    early = (
        sa.select(issue.c.id, issue.c.state)
        .join(batch, issue.c.id == batch.c.issue_id)
        .where(issue.c.state.not_in(ADDRESSED))
        .distinct()
    )
    for row in connection.execute(_of(early, issue.c.id, only)):
        yield row.id, f"it is {row.state}, and has batches"


def times(connection: Connection, only: IssueId | None) -> Iterator[tuple[int, str]]:
    """What was accepted was at some time."""
    query = (
        sa.select(delivery.c.issue_id, sa.func.count().label("n"))
        .where(delivery.c.state == DeliveryState.ACCEPTED.value, delivery.c.at.is_(None))
        .group_by(delivery.c.issue_id)
    )
    for row in connection.execute(_of(query, delivery.c.issue_id, only)):
        yield row.issue_id, f"{row.n} deliveries were accepted at no time"


def contents(connection: Connection, only: IssueId | None) -> Iterator[tuple[int, str]]:
    """The pool and the slots of a frozen issue are those that were locked."""
    query = sa.select(issue.c.id, issue.c.content_hash).where(
        issue.c.state.in_(FROZEN), issue.c.content_hash != ""
    )
    for row in connection.execute(_of(query, issue.c.id, only)).all():
        if drafts.content_hash(drafts.of(connection, IssueId(row.id))) != row.content_hash:
            yield row.id, "its stories are not those that were locked"


def selections(connection: Connection, only: IssueId | None) -> Iterator[tuple[int, str]]:
    """Each delivery's variant is of its issue; each variant's language has a sheet."""
    missing = (
        sa.select(delivery.c.issue_id, sa.func.count().label("n"))
        .select_from(
            delivery.outerjoin(
                variant,
                sa.and_(
                    variant.c.id == delivery.c.variant_id,
                    variant.c.issue_id == delivery.c.issue_id,
                ),
            )
        )
        .where(variant.c.id.is_(None))
        .group_by(delivery.c.issue_id)
    )
    for row in connection.execute(_of(missing, delivery.c.issue_id, only)):
        yield row.issue_id, f"{row.n} deliveries have no variant"
    language = variant.c.selection["language"].as_string()
    mute = (
        sa.select(variant.c.issue_id, language.label("language"))
        .join(issue, issue.c.id == variant.c.issue_id)
        .outerjoin(
            sheet, sa.and_(sheet.c.issue_id == variant.c.issue_id, sheet.c.language == language)
        )
        .where(issue.c.state.in_(ADDRESSED), sheet.c.language.is_(None))
        .distinct()
    )
    for row in connection.execute(_of(mute, variant.c.issue_id, only)):
        yield row.issue_id, f"it has variants in {row.language}, and no sheet"


def hashes(connection: Connection, only: IssueId | None) -> Iterator[tuple[int, str]]:
    """Each hash of what went is of a variant that its issue has."""
    together = sa.and_(
        variant.c.issue_id == rendered.c.issue_id, variant.c.key == rendered.c.variant
    )
    lost = (
        sa.select(rendered.c.issue_id, sa.func.count().label("n"))
        .select_from(rendered.outerjoin(variant, together))
        .where(variant.c.id.is_(None))
        .group_by(rendered.c.issue_id)
    )
    for row in connection.execute(_of(lost, rendered.c.issue_id, only)):
        yield row.issue_id, f"{row.n} hashes are of variants that it does not have"


def approved(connection: Connection, only: IssueId | None) -> Iterator[tuple[int, str]]:
    """A frozen issue that says which revision was approved has that approval, of what it is."""
    query = sa.select(issue.c.id, issue.c.approved_revision).where(
        issue.c.state.in_(FROZEN), issue.c.approved_revision.is_not(None), issue.c.rules_hash != ""
    )
    given = (
        sa.select(approval.c.id)
        .where(
            approval.c.issue_id == issue.c.id,
            approval.c.withdrawn_at.is_(None),
            approval.c.revision == issue.c.revision,
            approval.c.content_hash == issue.c.content_hash,
            approval.c.rules_hash == issue.c.rules_hash,
        )
        .exists()
    )
    for row in connection.execute(_of(query.where(~given), issue.c.id, only)):
        yield row.id, f"it goes as revision {row.approved_revision}, and no approval says so"


_BATCH = tuple(state.value for state in BatchState)
_DELIVERY = tuple(state.value for state in DeliveryState)
#: of batches and deliveries alone
LEDGER: dict[str, Rule] = {
    "in-a-batch": in_a_batch,
    "once": once,
    "batches": batches,
    "leases": leases,
    "times": times,
}
#: of all that a send stands on
EVERYTHING: dict[str, Rule] = {
    "audience": audience,
    **LEDGER,
    "finished": finished,
    "contents": contents,
    "selections": selections,
    "approved": approved,
    "hashes": hashes,
}


def check(
    connection: Connection, only: IssueId | None = None, rules: dict[str, Rule] | None = None
) -> list[Flaw]:
    """What is wrong, of one issue or of all; empty where everything adds up."""
    return [
        Flaw(rule=name, issue=IssueId(issue_id), why=why)
        for name, rule in (rules or EVERYTHING).items()
        for issue_id, why in rule(connection, only)
    ]


def _of(
    query: sa.Select[tuple[object, ...]], column: sa.ColumnElement[int], only: IssueId | None
) -> sa.Select[tuple[object, ...]]:
    return query if only is None else query.where(column == only)
