"""fsck: whether everything a send stands on adds up, in the database and beside it."""

from collections.abc import Iterator

import sqlalchemy as sa

from digest.deliver.journal import FileJournal
from digest.errors import UnsoundError
from digest.model import IssueId
from digest.steps.parts import Parts
from digest.store import fsck as rules
from digest.store import ledger
from digest.store.engine import reading
from digest.store.fsck import Flaw
from digest.store.rights_tables import erasure
from digest.store.tables import batch, delivery, issue

#: subscribers asked for at a time
CHUNK = 1000


def fsck(parts: Parts, only: IssueId | None = None) -> list[Flaw]:
    """What is wrong; empty where everything adds up. Changes nothing."""
    with reading(parts.engine) as connection:
        flaws = rules.check(connection, only)
    return [*flaws, *_journals(parts, only), *_subscribers(parts, only)]


def verify(parts: Parts, number: IssueId) -> None:
    """Raises UnsoundError unless audience = deliveries + exclusions, and the content stands.

    Done before a send and after it.
    """
    wanted = {name: rules.EVERYTHING[name] for name in ("audience", "contents")}
    with reading(parts.engine) as connection:
        flaws = rules.check(connection, number, wanted)
    if flaws:
        raise UnsoundError(flaws[0].why, hint="`digest fsck` tells all that is wrong", issue=number)


def _journals(parts: Parts, only: IssueId | None) -> Iterator[Flaw]:
    """A journal on this machine is of a batch that the ledger knows."""
    for ref in FileJournal.refs(parts.journals):
        numbers = ref.split(".")
        if len(numbers) != 3 or not all(one.isdecimal() for one in numbers):
            continue
        number, place, attempt = map(int, numbers)
        if only is not None and number != only:
            continue
        with reading(parts.engine) as connection:
            known = connection.scalar(
                sa.select(batch.c.attempt).where(
                    batch.c.issue_id == number, batch.c.number == place
                )
            )
        # One attempt ahead: its claim was never committed, and the next one writes over it.
        if known is None or known + 1 < attempt:
            why = f"journal {ref} is of no batch that the ledger knows"
            yield Flaw(rule="journals", issue=IssueId(number), why=why)


def _subscribers(parts: Parts, only: IssueId | None) -> Iterator[Flaw]:
    """Whoever still is to get an issue is known; others would be left out as unknown."""
    erased = sa.select(erasure.c.subscriber_id)
    open_ = [state.value for state in ledger.OPEN]
    query = (
        sa.select(issue.c.id, issue.c.edition, delivery.c.subscriber_id)
        .join(delivery, delivery.c.issue_id == issue.c.id)
        # Who was erased is not there because they asked; their delivery ends as excluded.
        .where(delivery.c.state.in_(open_), delivery.c.subscriber_id.not_in(erased))
        .order_by(issue.c.id, delivery.c.subscriber_id)
    )
    if only is not None:
        query = query.where(issue.c.id == only)
    with reading(parts.engine) as connection:
        wanted: dict[tuple[int, str], list[int]] = {}
        for number, edition, who in connection.execute(query):
            wanted.setdefault((number, edition), []).append(who)
    for (number, edition), who in wanted.items():
        unknown = 0
        for start in range(0, len(who), CHUNK):
            some = who[start : start + CHUNK]
            found = parts.audience.recipients(edition, some, parts.clock.now())
            unknown += sum(found.get(one, "unknown") == "unknown" for one in some)
        if unknown:
            why = f"{unknown} deliveries are for subscribers that are not there"
            yield Flaw(rule="subscribers", issue=IssueId(number), why=why)
