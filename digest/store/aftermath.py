"""What went after a backup was made, done again to the copy's ledger: so that nobody gets it twice.

The journal beside the database says which audiences were frozen and which batches were claimed
since. What a copy takes for planned is then in doubt, and evidence decides as after a crash; an
issue that the copy never saw go is given up, for its audience is lost.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.curate.lifecycle import UNFINISHED
from digest.model import BatchState, IssueId, IssueState
from digest.store import minutes, outside, person
from digest.store.engine import insert_new
from digest.store.tables import batch, issue

#: who did it, in the minutes of an issue
WHO = "restore"
WENT = "it went after the backup was made, so it is not sent again; who got it, only mail tells"
MAY_HAVE_GONE = "it may have gone after the backup was made, so it is not sent again"
#: where rows are numbered from after a restore, so that no number is given to a second thing
EPOCH = datetime.fromisoformat("2020-01-01T00:00:00+00:00")
OPEN = (BatchState.PLANNED.value, BatchState.CLAIMED.value)


@dataclass(slots=True)
class Settled:
    """What was settled."""

    #: batches that are in doubt now
    batches: int = 0
    #: issues that are given up
    issues: int = 0


def by_journal(
    connection: Connection, entries: Iterable[Mapping[str, Any]], now: datetime
) -> Settled:
    """Settle what the journal says went."""
    done = Settled()
    for one in _last_claims(entries):
        done.batches += _doubt(connection, one)
    for one in entries:
        if one["what"] == outside.ADDRESSED:
            done.issues += _gone(
                connection,
                (one["edition"], date.fromisoformat(one["date"]), one["sequence"]),
                datetime.fromisoformat(one["due"]),
                now,
                WENT,
                IssueId(one["issue"]),
            )
    return done


def by_caution(
    connection: Connection,
    due: Iterable[tuple[str, date, datetime]],
    now: datetime,
) -> Settled:
    """Settle what may have gone, where nothing tells: all that was open or is due by now.

    ``due``: edition, local date and instant of what was due since the backup, known or not.
    """
    done = Settled()
    going = sa.select(issue.c.id).where(issue.c.state == IssueState.SENDING.value)
    done.batches = connection.execute(
        sa.update(batch)
        .where(batch.c.issue_id.in_(going), batch.c.state.in_(OPEN))
        .values(state=BatchState.IN_DOUBT.value, owner=None, lease_until=None, not_before=None)
    ).rowcount
    known = sa.select(
        issue.c.edition, issue.c.local_date, issue.c.sequence, issue.c.scheduled_at
    ).where(issue.c.state.in_([one.value for one in UNFINISHED]), issue.c.scheduled_at <= now)
    rows = connection.execute(known).all()
    wanted = {(row.edition, row.local_date, row.sequence): row.scheduled_at for row in rows}
    for edition, day, at in due:
        wanted.setdefault((edition, day, 1), at)
    for key, at in sorted(wanted.items()):
        done.issues += _gone(connection, key, at, now, MAY_HAVE_GONE)
    return done


def erase(connection: Connection, people: Iterable[int], now: datetime) -> None:
    """Leave of these people, in the ledger too, no more than of anybody who was erased."""
    for who in people:
        person.ask(connection, who, now)
        person.scrub(connection, who)


def numbers(tables: Iterable[sa.Table], now: datetime) -> dict[str, int]:
    """Table → a number that nothing had before now: links in mail that went name the lost ones."""
    passed = (now - EPOCH).total_seconds()
    return {
        # People type these: a minute is enough for an issue.
        table.name: int(passed / 60) if table is issue else int(passed * 100)
        for table in tables
    }


def _last_claims(entries: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    found: dict[tuple[int, int], Mapping[str, Any]] = {}
    for one in entries:
        if one["what"] == outside.CLAIMED:
            key = one["issue"], one["batch"]
            if key not in found or one["attempt"] >= found[key]["attempt"]:
                found[key] = one
    return list(found.values())


def _doubt(connection: Connection, one: Mapping[str, Any]) -> int:
    """A batch that was claimed since: as if its claimer had died with it."""
    return connection.execute(
        sa.update(batch)
        .where(
            batch.c.issue_id == one["issue"],
            batch.c.number == one["batch"],
            batch.c.attempt < one["attempt"],
            batch.c.state.in_([*OPEN, BatchState.IN_DOUBT.value]),
        )
        .values(
            state=BatchState.IN_DOUBT.value,
            attempt=one["attempt"],
            owner=one["owner"],
            lease_until=None,
            not_before=None,
        )
    ).rowcount


def _gone(
    connection: Connection,
    key: tuple[str, date, int],
    at: datetime,
    now: datetime,
    why: str,
    number: IssueId | None = None,
) -> int:
    """Give up an issue that is not on its way in the copy, or was never heard of there."""
    edition, day, sequence = key
    missed = IssueState.MISSED.value
    row = {
        "edition": edition,
        "local_date": day,
        "sequence": sequence,
        "scheduled_at": at,
        "state": missed,
        "reason": why,
        **({"id": number} if number is not None else {}),
    }
    theirs = sa.and_(
        issue.c.edition == edition, issue.c.local_date == day, issue.c.sequence == sequence
    )
    found = connection.execute(sa.select(issue.c.id, issue.c.state).where(theirs)).one_or_none()
    if found is None:
        insert_new(connection, issue, [row])
        found = connection.execute(sa.select(issue.c.id, issue.c.state).where(theirs)).one_or_none()
        if found is None:
            return 0
    elif found.state not in {one.value for one in UNFINISHED - {IssueState.SENDING}}:
        return 0
    else:
        given_up = sa.update(issue).where(theirs).values(state=missed, hold=None, reason=why)
        connection.execute(given_up)
    minutes.write(connection, IssueId(found.id), now, WHO, "state", missed, why)
    return 1
