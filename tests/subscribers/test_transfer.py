"""CSV import: good rows in, each bad row told with its line, nothing half-done, nobody revived."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO, RawIOBase
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from subscribers import Choice, Frequency, ImportReport, Subscribers, UnreadableFileError
from subscribers.records import LONGEST_LINE
from subscribers.tables import metadata, subscriber
from tests.subscribers.conftest import EVERY_DAY, NOW, add, house

HEADER = "email,name,language,regions,topics,editions,tags,consent_source,consent_at"


def load(people: Subscribers, text: str | bytes, **options: Any) -> ImportReport:
    """Import a text."""
    data = text.encode() if isinstance(text, str) else text
    return people.import_csv(BytesIO(data), now=NOW, actor="tests", **options)


def problems(report: ImportReport) -> list[tuple[int, str]]:
    return [(one.line, str(one.problem)) for one in report.rejected]


def warnings(report: ImportReport) -> list[tuple[int, str, str]]:
    return [(one.line, str(one.problem), one.detail) for one in report.warnings]


def rows_of(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }


def id_of(people: Subscribers, email: str) -> int:
    who = people.find(email)
    assert who is not None
    return who


def test_a_whole_row(people: Subscribers) -> None:
    report = load(
        people,
        f"{HEADER}\n"
        'Anna.Berg@Bücher.example,"Berg, Anna",pt_BR,africa; europe,business,morning;weekly,'
        "VIP;Gala 2026,paper form,2026-01-31\n",
    )
    assert (report.rows, report.added, report.updated) == (1, 1, 0)
    assert report.rejected == report.warnings == []
    told = people.why(id_of(people, "anna.berg@bücher.example"))
    assert told.masked_address == "A•••@bücher.example"
    assert told.facts.regions == {"africa", "europe"}
    assert told.facts.topics == {"business"}
    assert told.facts.editions == {"morning", "weekly"}
    assert told.facts.tags == {"vip", "gala 2026"}
    assert told.facts.language == "pt-br"
    assert told.facts.joined_at == datetime(2026, 1, 31, tzinfo=UTC)
    first = told.consents[0]
    assert (first.action, first.source, first.at) == (
        "imported",
        "paper form",
        datetime(2026, 1, 31, tzinfo=UTC),
    )
    (reader,) = people.readers("weekly", [], [], EVERY_DAY, NOW)
    assert reader.subscriber == told.subscriber


def test_broken_rows_are_told_and_the_rest_goes_on(people: Subscribers, engine: Engine) -> None:
    long_name = "x" * 201
    lines: list[bytes] = [
        b"email,name,editions,consent_source,consent_at",
        b"good1@example.org,One,morning,form,",
        b"not an address,Two,morning,form,",
        b"noconsent@example.org,Three,morning, ,",
        b"few@example.org,Four",
        b"many@example.org,Five,morning,form,,,,",
        b"nul@example.org,Si\0x,morning,form,",
        b"latin@example.org,Caf\xe9,morning,form,",
        f"long@example.org,{long_name},morning,form,".encode(),
        b'quote@example.org,"Nine,morning,form,',
        b'quote2@example.org,"Ten"x,morning,form,',
        b"date@example.org,Eleven,morning,form,31/01/2026",
        b"future@example.org,Twelve,morning,form,2030-01-01",
        b"",
        b"huge@example.org," + b"y" * (3 * LONGEST_LINE) + b",morning,form,",
        b"cell@example.org,Cell,morning,form," + b"z" * 3000,
        b"GOOD1@example.org,Again,morning,form,",
        b"good2@example.org,Two,morning,form,2026-01-31T10:00:00+02:00",
    ]
    report = load(people, b"\r\n".join(lines))
    assert problems(report) == [
        (3, "bad_address"),
        (4, "no_consent_source"),
        (5, "wrong_column_count"),
        (6, "wrong_column_count"),
        (7, "nul_character"),
        (8, "not_utf8"),
        (9, "too_long"),
        (10, "broken_quotes"),
        (11, "broken_quotes"),
        (12, "bad_consent_at"),
        (13, "bad_consent_at"),
        (15, "too_long"),
        (16, "too_long"),
        (17, "duplicate"),
    ]
    assert report.rejected[-1].detail == "the same address as line 2"
    assert report.rows == 16 == report.added + len(report.rejected)
    assert rows_of(engine)["subscriber"] == report.added == 2
    assert not any("example" in one.detail for one in report.rejected)


def test_unknown_values_are_left_out_and_told(people: Subscribers) -> None:
    report = load(
        people,
        f"{HEADER}\n"
        "a@example.org,,english please,afrika;europe,,nightly;morning,=cmd|x,form,\n"
        "b@example.org,,,,,nightly,,form,\n"
        "c@example.org,,,,,,,form,\n",
        default_editions=frozenset({"weekly"}),
    )
    assert (report.added, report.rejected) == (3, [])
    assert warnings(report) == [
        (2, "unknown_value", "regions: afrika is not known, did you mean 'africa'?"),
        (2, "unknown_value", "editions: nightly is not known, known: morning, weekly, sport"),
        (2, "unknown_value", "language: use a code such as en or pt-br"),
        (2, "unknown_value", "tags: letters, digits and _ . : - only"),
        (3, "unknown_value", "editions: nightly is not known, known: morning, weekly, sport"),
        (3, "no_edition", "gets no newsletter"),
    ]
    facts = people.why(id_of(people, "a@example.org")).facts
    assert (facts.regions, facts.editions, facts.tags) == ({"europe"}, {"morning"}, set())
    assert people.why(id_of(people, "b@example.org")).facts.editions == set()
    assert people.why(id_of(people, "c@example.org")).facts.editions == {"weekly"}


def test_formulas_are_only_text(people: Subscribers) -> None:
    formula = '=HYPERLINK(""http://evil.example"")'
    report = load(people, f'email,name,consent_source\na@example.org,"{formula}",@SUM(1)\n')
    assert report.added == 1
    (member,) = people.members("not-vip")
    assert member.name == '=HYPERLINK("http://evil.example")'


def test_names_become_one_clean_line(people: Subscribers) -> None:
    load(people, "email,name,consent_source\na@example.org,  Ann\u202ea\x07\t B  ,form\n")
    (member,) = people.members("not-vip")
    assert member.name == "Anna B"


def test_hours_zones_pauses_and_breaking_news(people: Subscribers) -> None:
    told = (
        "email,hour,zone,breaking,paused_until,editions,consent_source\n"
        "a@example.org,18,europe/berlin,Yes,2026-12-24,morning,form\n"
        "b@example.org,24,Mars/Base,perhaps,soon,morning,form\n"
        "c@example.org,,,,,morning,form\n"
    )
    report = people.import_csv(BytesIO(told.encode()), now=NOW, actor="tests")
    assert report.added == 3
    assert [one.detail.partition(":")[0] for one in report.warnings] == [
        "hour",
        "zone",
        "breaking",
        "paused_until",
    ]
    first, *others = (
        people.why(who)
        for who in (people.find(f"{name}@example.org") for name in "abc")
        if who is not None
    )
    assert (first.hour, first.zone, first.breaking) == (18, "Europe/Berlin", True)
    assert first.paused_until == datetime(2026, 12, 24, tzinfo=UTC)
    for one in others:
        assert (one.hour, one.zone, one.breaking, one.paused_until) == (None, "", False, None)


def test_a_dry_run_tells_the_same_and_changes_nothing(people: Subscribers, engine: Engine) -> None:
    text = f"{HEADER}\n" + "".join(
        f"r{n % 1500}@example.org,,,mars,,morning,,form,\n" for n in range(2000)
    )
    before = rows_of(engine)
    dry = load(people, text, dry_run=True)
    assert rows_of(engine) == before
    real = load(people, text)
    assert dry.dry_run
    assert not real.dry_run
    assert (dry.rows, dry.added, dry.updated) == (real.rows, real.added, real.updated)
    assert (dry.rejected, dry.warnings) == (real.rejected, real.warnings)
    assert real.added == 1500
    assert rows_of(engine)["subscription"] == 1500


def test_importing_again_adds_nobody_and_keeps_ids(people: Subscribers, engine: Engine) -> None:
    text = f"{HEADER}\na@example.org,Anna,en,africa,,morning,vip,form,\n"
    load(people, text)
    before, who = rows_of(engine), id_of(people, "a@example.org")
    report = load(people, text)
    assert (report.added, report.updated) == (0, 1)
    assert rows_of(engine) == before
    assert id_of(people, "a@example.org") == who


def test_a_filled_cell_replaces_and_an_empty_one_keeps(people: Subscribers) -> None:
    load(people, f"{HEADER}\na@example.org,Anna,en,africa,health,morning,vip,form,\n")
    load(people, f"{HEADER}\nA@EXAMPLE.org,,fr,europe,,weekly,,form,\n")
    facts = people.why(id_of(people, "a@example.org")).facts
    assert (facts.regions, facts.topics, facts.language) == ({"europe"}, {"health"}, "fr")
    assert (facts.editions, facts.tags) == ({"morning", "weekly"}, {"vip"})
    (member,) = people.members("vip")
    assert (member.name, member.address) == ("Anna", "a@example.org")


def test_how_often_how_much_and_how_it_looks(people: Subscribers) -> None:
    head = "email,frequency,weekly_on,limit,style,editions,consent_source"
    report = load(
        people,
        f"{head}\n"
        "a@example.org,Weekly,3,10, large ,morning,form\n"
        "b@example.org,,,,,morning,form\n"
        "c@example.org,wekly,Sunday,7,<b>,morning,form\n",
    )
    assert (report.added, report.ignored_columns) == (3, ())
    assert warnings(report) == [
        (4, "unknown_value", "frequency: wekly is not known, did you mean 'weekly'?"),
        (4, "unknown_value", "weekly_on: sunday is not known, known: 1, 2, 3, 4, 5, 6, 7"),
        (4, "unknown_value", "limit: 7 is not known, known: 0, 10, 5"),
        (4, "unknown_value", "style: a value is not known, known: full, headlines, large, plain"),
    ]
    assert wishes(people, "a@example.org") == ("weekly", 3, 10, "large")
    for said in ("b@example.org", "c@example.org"):
        assert wishes(people, said) == ("every", 6, 0, "full")
    load(people, f"{head}\na@example.org,,,0,,,form\nb@example.org,weekdays,,,plain,,form\n")
    assert wishes(people, "a@example.org") == ("weekly", 3, 0, "large"), "0 is all, empty keeps"
    assert wishes(people, "b@example.org") == ("weekdays", 6, 0, "plain")


def wishes(people: Subscribers, email: str) -> tuple[str, int, int, str]:
    told = people.why(id_of(people, email))
    return told.frequency, told.weekly_on, told.limit, told.style


def test_a_persons_own_wish_outranks_an_import(people: Subscribers) -> None:
    who = add(people, "a@example.org")
    token = people.preferences_path(who, NOW).removeprefix("/p/")
    choice = Choice(
        editions=frozenset({"morning"}),
        regions=frozenset(),
        topics=frozenset(),
        frequency=Frequency.WEEKDAYS,
    )
    people.set_preferences(token, choice, NOW)
    report = load(people, "email,limit,editions,consent_source\na@example.org,0,morning,form\n")
    assert [problem for _, problem, _ in warnings(report)] == ["reader_chose_themselves"]
    text = (
        "email,frequency,limit,style,editions,consent_source\na@example.org,weekly,5,plain,,form\n"
    )
    load(people, text)
    assert wishes(people, "a@example.org") == ("weekdays", 6, 0, "full")


def test_what_a_person_chose_an_import_does_not_change(people: Subscribers) -> None:
    who = add(people, "a@example.org", "morning", "weekly")
    token = people.preferences_path(who, NOW).removeprefix("/p/")
    choice = Choice(
        editions=frozenset({"morning"}),
        regions=frozenset({"africa"}),
        topics=frozenset(),
        language="fr",
    )
    people.set_preferences(token, choice, NOW)
    report = load(people, f"{HEADER}\na@example.org,Anna,en,europe,health,weekly,vip,form,\n")
    assert warnings(report) == [
        (2, "left_or_suppressed_edition", "weekly"),
        (2, "reader_chose_themselves", "all stays as they chose on their page"),
    ]
    facts = people.why(who).facts
    assert (facts.regions, facts.topics, facts.language) == ({"africa"}, set(), "fr")
    assert (facts.editions, facts.tags) == ({"morning"}, {"vip"})


def test_suppressed_people_stay_suppressed(people: Subscribers, engine: Engine) -> None:
    gone = add(people, "gone@example.org")
    people.suppress(gone, reason="complaint", now=NOW)
    partly = add(people, "partly@example.org", "weekly")
    people.suppress(partly, reason="complaint", now=NOW, scope="morning")
    with engine.begin() as connection:  # erased, but the promise stands
        connection.execute(sa.delete(subscriber).where(subscriber.c.id == gone))
    report = load(
        people,
        "email,editions,consent_source\n"
        "Gone@EXAMPLE.org,morning,form\n"
        "partly@example.org,morning,form\n"
        "new@example.org,morning,form\n",
    )
    assert problems(report) == [(2, "suppressed")]
    assert warnings(report) == [(3, "left_or_suppressed_edition", "morning")]
    assert people.find("gone@example.org") is None
    assert [one.subscriber for one in people.readers("morning", [], [], EVERY_DAY, NOW)] == [
        id_of(people, "new@example.org")
    ]
    assert report.rows == report.added + report.updated + len(report.rejected) == 3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "'email'"),
        (b"name\nAnna\n", "'email'"),
        (b"e-mail;name\n", "'email'"),
        (b"email\na@example.org\n", "'consent_source'"),
        (b"email,email,consent_source\n", "twice"),
        ("email,consent_source\n".encode("utf-16"), "UTF-8"),
        (b'"email,consent_source\n', "'email'"),
        (b"x" * (LONGEST_LINE + 5), "UTF-8"),
        (b"\0\0\0", "UTF-8"),
    ],
)
def test_a_file_that_cannot_begin(sqlite_engine: Engine, text: bytes, says: str) -> None:
    with pytest.raises(UnreadableFileError, match=says):
        load(house(sqlite_engine), text)


def test_headers_as_spreadsheets_write_them(sqlite_engine: Engine) -> None:
    people = house(sqlite_engine)
    text = "\ufeffEmail, Consent_Source ,Shoe size\r\na@example.org,form,43\r\n"
    report = load(people, text, default_editions=frozenset({"morning"}))
    assert (report.added, report.ignored_columns) == (1, ("shoe size",))


class Endless(RawIOBase):
    """A line without an end, as long as one asks for more, up to 200 MB."""

    def __init__(self) -> None:
        self.left = 200_000_000
        self.head = b"email,consent_source\n"
        self.asked = 0

    def readline(self, size: int | None = -1, /) -> bytes:
        if self.head:
            head, self.head = self.head, b""
            return head
        assert size is not None
        assert 0 < size <= LONGEST_LINE + 1
        piece = b"a" * min(size, self.left)
        self.left -= len(piece)
        return piece


def test_a_huge_line_is_never_held(sqlite_engine: Engine) -> None:
    people = house(sqlite_engine)
    report = people.import_csv(Endless(), now=NOW, actor="tests")  # type: ignore[arg-type]
    assert problems(report) == [(2, "too_long")]


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    body=st.lists(
        st.one_of(
            st.binary(max_size=60),
            st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
            st.text('",;=@\n\r\0 ab.', max_size=40).map(str.encode),
            st.just(b"fine@example.org,form,morning"),
        ),
        max_size=12,
    )
)
def test_any_bytes_are_imported_or_told(sqlite_engine: Engine, body: list[bytes]) -> None:
    people = house(sqlite_engine)
    before = rows_of(sqlite_engine)["subscriber"]
    text = b"email,consent_source,editions\n" + b"\n".join(body)
    report = load(people, text)
    assert report.rows == report.added + report.updated + len(report.rejected)
    assert rows_of(sqlite_engine)["subscriber"] == before + report.added


def generated(count: int) -> Iterator[str]:
    yield HEADER
    for n in range(count):
        yield (
            f"reader{n}@example{n % 50}.org,Reader {n},en,africa;europe,business,"
            f"morning;weekly,tag{n % 10},form,2026-01-31"
        )


def test_four_times_the_rows_take_about_four_times_as_long(people: Subscribers) -> None:
    rows = list(generated(2500))
    head, rows = rows[0], rows[1:]

    def took(part: list[str]) -> float:
        began = time.perf_counter()
        report = load(people, "\n".join([head, *part]).encode())
        assert report.added == len(part)
        return time.perf_counter() - began

    few = took(rows[:500])
    assert took(rows[500:2500]) < 12 * few
