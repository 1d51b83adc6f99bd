"""Deliveries by the thousand, in the drivers' own words; no other module writes rows so.

SQLAlchemy looks at each value of each row, which takes longer than the database does.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import Batch, IssueId, Outcome, SubscriberId, VariantId

#: rows handed over at a time
ROWS = 5_000
#: a batch's number, who, and which variant
Row: TypeAlias = tuple[int, SubscriberId, VariantId]
#: state, code, the provider's id, who
_Told: TypeAlias = tuple[str, str, str, SubscriberId]

_INSERT = """
INSERT INTO delivery (issue_id, number, subscriber_id, variant_id, state, code, provider_id)
VALUES (?, ?, ?, ?, 'planned', '', '')
"""
_COPY = """
COPY delivery (issue_id, number, subscriber_id, variant_id, state, code, provider_id) FROM STDIN
"""
# What is neither of these three is final.
_UPDATE = """
UPDATE delivery SET state = ?, code = ?, provider_id = ?, at = ?
WHERE issue_id = ? AND number = ? AND subscriber_id = ?
AND state IN ('planned', 'deferred', 'in_doubt')
"""
# Only what was claimed is open; what an earlier attempt left in doubt is not this one's.
_UPDATE_ALL = """
UPDATE delivery SET state = ?, code = ?, provider_id = ?, at = ?
WHERE issue_id = ? AND number = ? AND state IN ('planned', 'deferred')
"""
_UPDATE_FROM = """
UPDATE delivery
SET state = told.state, code = told.code, provider_id = told.provider_id, at = %s
FROM json_to_recordset(%s::json) AS told (state text, code text, provider_id text, who bigint)
WHERE delivery.issue_id = %s AND delivery.number = %s AND delivery.subscriber_id = told.who
AND delivery.state IN ('planned', 'deferred', 'in_doubt')
"""


def insert_planned(connection: Connection, issue: IssueId, rows: Iterable[Row]) -> int:
    """Write planned deliveries, streamed; returns how many.

    Raises IntegrityError where a subscriber is given twice.
    """
    count = 0
    for some in _chunks(rows):
        count += len(some)
        if connection.dialect.name == "postgresql":
            _copy(connection, issue, some)
        else:
            connection.exec_driver_sql(_INSERT, [(issue, *row) for row in some])
    return count


def update_outcomes(
    connection: Connection, one: Batch, outcomes: Sequence[Outcome], now: datetime
) -> None:
    """Write each outcome over its delivery, where that is not final yet."""
    told = [_values(outcome) for outcome in outcomes]
    postgres = connection.dialect.name == "postgresql"
    # As SQLAlchemy writes times into SQLite.
    at = now if postgres else now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    if not told:
        return
    if _is_one_answer(one, told):
        statement = _UPDATE_ALL.replace("?", "%s") if postgres else _UPDATE_ALL
        done = connection.exec_driver_sql(statement, (*told[0][:3], at, one.issue, one.number))
        if done.rowcount == len(told):
            return
        # Somebody called some doubtful meanwhile.
    if postgres:
        # Of an issue younger than the statistics PostgreSQL expects one row, and would go through
        # all that was told for each.
        connection.exec_driver_sql("SET LOCAL enable_nestloop = off")
        connection.exec_driver_sql(_UPDATE_FROM, (at, _as_json(told), one.issue, one.number))
        connection.exec_driver_sql("SET LOCAL enable_nestloop = on")
    else:
        batch = (at, one.issue, one.number)
        rows = [(state, code, sent_as, *batch, who) for state, code, sent_as, who in told]
        connection.exec_driver_sql(_UPDATE, rows)


def _is_one_answer(one: Batch, told: Sequence[_Told]) -> bool:
    """Whether all that was claimed got the same: then it is one range of the key."""
    return (
        len(told) == len(one.deliveries)
        and len({answer[:3] for answer in told}) == 1
        and {answer[3] for answer in told} == one.deliveries.keys()
    )


def _values(outcome: Outcome) -> _Told:
    # _value_: what .value is, without the descriptor's detour.
    state: str = outcome.state._value_
    return state, outcome.code[:200], outcome.provider_id[:200], outcome.subscriber


def _as_json(told: Sequence[_Told]) -> str:
    """For PostgreSQL: psycopg takes three times as long over four arrays."""
    return json.dumps(
        [
            {"state": state, "code": code, "provider_id": sent_as, "who": who}
            for state, code, sent_as, who in told
        ]
    )


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    stream = iter(rows)
    while some := list(islice(stream, ROWS)):
        yield some


def _copy(connection: Connection, issue: IssueId, rows: Iterable[Row]) -> None:
    lines = "".join(
        f"{issue}\t{number}\t{subscriber}\t{variant}\tplanned\t\t\n"
        for number, subscriber, variant in rows
    )
    # psycopg's own connection: a COPY is no statement that SQLAlchemy could run.
    driver = connection.connection.driver_connection
    assert driver is not None, "a connection that is in use has its driver's"
    try:
        with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
            copy.write(lines)
    except connection.dialect.loaded_dbapi.IntegrityError as error:
        raise sa.exc.IntegrityError(_COPY, None, error) from error
