"""Errata: issues that are letters about a mistake in another one."""

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from digest.curate.lifecycle import UNFINISHED, WENT
from digest.errors import WrongStateError
from digest.model import (
    DeliveryState,
    Draft,
    Erratum,
    Hold,
    Issue,
    IssueId,
    IssueState,
    StoryId,
    SubscriberId,
    VariantId,
)
from digest.store import codec, drafts, issues, minutes
from digest.store.after_tables import erratum
from digest.store.tables import delivery, issue, issue_event, variant

#: the ``issue_event.what`` under which it stands in both issues
ERRATUM = "erratum"
#: what readers are told, or were
_GOES = [one.value for one in (IssueState.LOCKED, IssueState.SENDING, *sorted(WENT))]
#: deliveries read at a time
PAGE = 5_000


def open_erratum(
    connection: Connection, of: Issue, one: Erratum, rules_hash: str, now: datetime, who: str
) -> Issue:
    """A letter of its own, outside the schedule and ready to go; the issue is then corrected.

    ``rules_hash`` is what it is made by; empty: people have to approve it first (see ``lock``).
    Raises WrongStateError where the same was said of the issue before.
    """
    waits = not rules_hash
    digest = _hash(one)
    _check_new(connection, of, digest)
    day = sa.and_(issue.c.edition == of.edition, issue.c.local_date == of.local_date)
    newest = connection.scalar(sa.select(sa.func.max(issue.c.sequence)).where(day))
    values = {
        "edition": of.edition,
        "local_date": of.local_date,
        "sequence": max(newest or 0, 1) + 1,
        "scheduled_at": now,
        "state": (IssueState.HELD if waits else IssueState.LOCKED).value,
        "hold": Hold.APPROVAL.value if waits else None,
        "revision": 0,
        "reason": "it waits for approval" if waits else "",
        "rules_hash": rules_hash,
        "content_hash": drafts.content_hash(Draft(pool=(), slots=())),
    }
    number = connection.execute(sa.insert(issue).values(values).returning(issue.c.id)).scalar_one()
    connection.execute(
        sa.insert(erratum).values(
            issue_id=number,
            of_issue=of.id,
            story_id=one.story,
            headline=one.headline,
            url=one.url,
            wrong=one.wrong,
            right_words=one.right,
            hash=digest,
        )
    )
    minutes.write(connection, IssueId(number), now, who, ERRATUM, str(of.id), one.right)
    # As of any other issue: whoever locks it may take it back for a while.
    minutes.write(connection, IssueId(number), now, who, "state", str(values["state"]))
    if not waits:
        _correct(connection, of, IssueId(number), one, now, who)
    return issues.get(connection, IssueId(number))


def lock(connection: Connection, letter: Issue, rules_hash: str, now: datetime, who: str) -> Issue:
    """An approved letter goes, from now on; the issue that it is about is then corrected."""
    one = get(connection, letter.id)
    assert one is not None, "it is a letter about a mistake"
    letter = issues.reschedule(connection, letter, now)
    locked = issues.move(
        connection,
        letter,
        IssueState.LOCKED,
        who,
        now,
        rules_hash=rules_hash,
        approved_revision=letter.revision,
    )
    of = issues.get(connection, one.of_issue, to_change=True)
    _correct(connection, of, letter.id, one, now, who)
    return locked


def author(connection: Connection, issue_id: IssueId) -> str | None:
    """Who wrote the letter."""
    query = sa.select(issue_event.c.who).where(
        issue_event.c.issue_id == issue_id, issue_event.c.what == ERRATUM
    )
    return connection.scalar(query.order_by(issue_event.c.id).limit(1))


def _correct(
    connection: Connection, of: Issue, letter: IssueId, one: Erratum, now: datetime, who: str
) -> None:
    minutes.write(connection, of.id, now, who, ERRATUM, str(letter), one.right)
    if of.state is IssueState.SENT:
        issues.move(connection, of, IssueState.CORRECTED, who, now, reason=of.reason)


def _check_new(connection: Connection, of: Issue, digest: str) -> None:
    """What was given up before it went may be said after all."""
    said = sa.and_(erratum.c.of_issue == of.id, erratum.c.hash == digest)
    number = connection.scalar(sa.select(erratum.c.issue_id).where(said))
    if number is None:
        return
    if issues.get(connection, IssueId(number)).state in UNFINISHED | WENT:
        raise WrongStateError(
            "its readers were told just that already", issue=of.id, erratum=number
        )
    connection.execute(sa.update(erratum).where(said).values(hash=f"given up: {number}"))


def get(connection: Connection, issue_id: IssueId) -> Erratum | None:
    """What an issue is a letter about; None: it is none."""
    query = sa.select(erratum).where(erratum.c.issue_id == issue_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else _erratum(row)


def in_states(
    connection: Connection, states: Collection[IssueState]
) -> list[tuple[Issue, Erratum]]:
    """The letters in these states, oldest first."""
    return _letters(connection, issue.c.state.in_([one.value for one in states]))


def about(connection: Connection, issue_id: IssueId) -> list[tuple[Issue, Erratum]]:
    """The letters about an issue, oldest first, whatever became of them."""
    return _letters(connection, erratum.c.of_issue == issue_id)


def of_issue(connection: Connection, issue_id: IssueId) -> Sequence[Erratum]:
    """What readers of an issue are told of mistakes in it, oldest first.

    Not what still waits for approval, nor what was given up before it went.
    """
    query = (
        sa.select(erratum)
        .join(issue, issue.c.id == erratum.c.issue_id)
        .where(erratum.c.of_issue == issue_id, issue.c.state.in_(_GOES))
    )
    return [_erratum(row) for row in connection.execute(query.order_by(erratum.c.issue_id))]


def readers(connection: Connection, one: Erratum) -> Iterator[list[tuple[SubscriberId, str, str]]]:
    """Who has the story: accepted deliveries of variants that hold it, by subscriber.

    Each with the language and the style of what they got, ``PAGE`` at a time.
    """
    kinds = _holding(connection, one)
    after = 0
    query = (
        sa.select(delivery.c.subscriber_id, delivery.c.variant_id)
        .where(
            delivery.c.issue_id == one.of_issue,
            delivery.c.state == DeliveryState.ACCEPTED.value,
        )
        .order_by(delivery.c.subscriber_id)
        .limit(PAGE)
    )
    while rows := connection.execute(query.where(delivery.c.subscriber_id > after)).all():
        yield [(row[0], *kinds[row[1]]) for row in rows if row[1] in kinds]
        after = rows[-1][0]


def _holding(connection: Connection, one: Erratum) -> dict[int, tuple[str, str]]:
    """The variants that hold the story: number → language and style."""
    query = sa.select(variant.c.id, variant.c.selection).where(variant.c.issue_id == one.of_issue)
    found: dict[int, tuple[str, str]] = {}
    for number, told in connection.execute(query.execution_options(yield_per=1_000)):
        if any(one.story in stories for _, stories in told["sections"]):
            chosen = codec.SELECTED.validate_python(told)
            found[VariantId(number)] = chosen.language, chosen.style
    return found


def _letters(connection: Connection, which: sa.ColumnElement[bool]) -> list[tuple[Issue, Erratum]]:
    query = sa.select(erratum).join(issue, issue.c.id == erratum.c.issue_id).where(which)
    rows = connection.execute(query.order_by(erratum.c.issue_id)).all()
    return [(issues.get(connection, IssueId(row.issue_id)), _erratum(row)) for row in rows]


def _hash(one: Erratum) -> str:
    told = json.dumps([one.story, one.wrong, one.right])
    return hashlib.sha256(told.encode()).hexdigest()


def _erratum(row: Row[Any]) -> Erratum:
    return Erratum(
        of_issue=IssueId(row.of_issue),
        story=StoryId(row.story_id),
        headline=row.headline,
        url=row.url,
        wrong=row.wrong,
        right=row.right_words,
    )
