"""Hostile files: every row is taken whole or told, none by half. `make fuzz` looks for longer."""

import os
import tracemalloc
from collections.abc import Iterator
from io import BytesIO, RawIOBase
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from digest.store.engine import make_engine
from subscribers import ExportFormat, Rights, migrate
from subscribers.address import parse
from subscribers.records import LONGEST_LINE
from subscribers.tables import consent_event, leave_key, metadata, subscriber, subscription
from tests.subscribers.conftest import NOW, house

HEADER = b"email,name,editions,tags,consent_source,consent_at\n"
fuzz = settings(
    max_examples=int(os.environ.get("DIGEST_FUZZ", "40")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ADDRESSES = st.sampled_from(
    [
        "anna@example.org", "ANNA@EXAMPLE.org", " anna@example.org ", "anna@bücher.example",
        "anna@xn--bcher-kva.example", "anna@BÜCHER.example", "jörg@example.org", "=1+1@example.org",
        "+tag@example.org", "'=x@example.org", "-@example.org", "a@b", "a@@example.org", "",
        "a..b@example.org", "a@-x.example", "@example.org", "a" * 65 + "@example.org",
        "a@" + "x" * 300 + ".example", "a\u202e@example.org", "gone@example.org",
    ]
)  # fmt: skip
CELLS = st.one_of(
    st.sampled_from(
        [
            "", "=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\tx", "'=1", '"', '""', "a\0b", "a\nb",
            "morning", "morning;weekly", "nowhere", "vip;=x", "form", "2026-01-02", "9999-12-31",
            "0001-01-01T00:00+14:00", "x" * 2001, "\u202e", "é", "\ufeff",
        ]
    ),
    st.text(max_size=12),
)  # fmt: skip
QUOTING = st.sampled_from(["plain", "quoted", "open", "raw"])


def written(cells: list[str], how: str) -> bytes:
    """A row as some program writes it, well or badly."""
    if how == "quoted":
        cells = ['"' + one.replace('"', '""') + '"' for one in cells]
    elif how == "open":
        cells = ['"' + cells[0], *cells[1:]]
    text = ",".join(cells)
    return text.encode("latin-1" if how == "raw" else "utf-8", "replace")


ROWS = st.builds(
    lambda address, rest, how: written([address, *rest], how),
    ADDRESSES,
    st.lists(CELLS, min_size=4, max_size=6),
    QUOTING,
)
LINES = st.one_of(
    ROWS,
    ROWS,
    st.just(b"fine@example.org,Fine,morning,vip,form,2026-01-02"),
    st.binary(max_size=80),
)
BODIES = st.builds(lambda lines, end: end.join(lines), st.lists(LINES, max_size=14),
                   st.sampled_from([b"\n", b"\r\n", b"\r"]))  # fmt: skip


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One for all examples: each empties it."""
    made = make_engine(f"sqlite:///{tmp_path_factory.mktemp('fuzz') / 'people.db'}")
    migrate(made)
    yield made
    made.dispose()


@fuzz
@given(BODIES)
def test_each_row_is_taken_whole_or_told(database: Engine, body: bytes) -> None:
    people = house(database)
    with database.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(sa.delete(table))
    data = HEADER + body
    would = people.import_csv(BytesIO(data), now=NOW, actor="tests", dry_run=True)
    assert people.active_by_edition() == {}
    report = people.import_csv(BytesIO(data), now=NOW, actor="tests")
    assert report.rows == report.added + report.updated + len(report.rejected)
    assert (report.added, report.rejected, report.warnings) == (
        *(would.added, would.rejected, would.warnings),
    )
    with database.connect() as connection:
        emails = connection.scalars(sa.select(subscriber.c.email)).all()
        proofs = connection.scalars(sa.select(consent_event.c.subscriber_id).distinct()).all()
        ties = connection.scalars(sa.select(subscription.c.id)).all()
        keys = connection.scalars(sa.select(leave_key.c.subscription_id)).all()
    assert len(emails) == len(proofs) == report.added
    assert sorted(ties) == sorted(keys)
    assert [parse(one).email for one in emails] == list(emails)
    # What went in comes out harmless, and goes in again.
    text = "".join(Rights(database, {}).export(ExportFormat.CSV))
    again = people.import_csv(BytesIO(text.encode()), now=NOW, actor="tests")
    assert (again.added, again.rejected) == (0, [])
    assert text == "".join(Rights(database, {}).export(ExportFormat.CSV))


def test_one_person_however_their_domain_is_written(database: Engine) -> None:
    rows = "a@bücher.example,A,morning,,form,\na@xn--bcher-kva.example,A,morning,,form,\n"
    data = HEADER + rows.encode()
    report = house(database).import_csv(BytesIO(data), now=NOW, actor="tests")
    assert [(one.line, str(one.problem)) for one in report.rejected] == [(3, "duplicate")]


class LongLine(RawIOBase):
    """A quoted cell of a gigabyte, then a row that is fine; made as it is read."""

    def __init__(self, size: int) -> None:
        self._left = size
        self._before = [HEADER]
        self._after = [b'"\n', b"fine@example.org,Fine,morning,,form,\n"]
        self._piece = b'"' + b"a," * (LONGEST_LINE // 2)

    def readline(self, size: int | None = -1, /) -> bytes:
        """At most ``size`` bytes of the line."""
        if self._before:
            return self._before.pop()
        if self._left > 0:
            piece = self._piece[:size]
            self._left -= len(piece)
            return piece
        return self._after.pop(0) if self._after else b""


def test_a_line_of_a_gigabyte_is_told_in_little_memory(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'people.db'}")
    migrate(engine)
    people = house(engine)
    tracemalloc.start()
    try:
        report = people.import_csv(LongLine(1 << 30), now=NOW, actor="tests")  # type: ignore[arg-type]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        engine.dispose()
    assert [(one.line, str(one.problem)) for one in report.rejected] == [(2, "too_long")]
    assert report.added == 1
    assert peak < 16 << 20
