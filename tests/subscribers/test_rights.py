"""What people may ask for: their data, their proof, to be forgotten; and what ends by itself."""

import io
import json
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from subscribers import (
    ExportFormat,
    Keep,
    Rights,
    Subscribers,
    SuppressedError,
    UnknownError,
    as_html,
    as_json,
    as_zip,
    parse_segments,
    suppression,
)
from subscribers.formulas import plain, safe
from subscribers.letters import LetterKind, write_to
from subscribers.model import ConsentAction, SubscriptionState
from subscribers.person_words import COLUMNS, PARTS
from subscribers.retention import LEFT
from subscribers.tables import (
    asked,
    consent_event,
    import_run,
    letter_due,
    subscriber,
    subscription,
)
from subscribers.voice import english
from tests.subscribers.conftest import (
    CATALOGUE,
    CONSENT,
    EVERY_DAY,
    KEYS,
    NOW,
    SEGMENTS,
    add,
    house,
)

DAY = timedelta(days=1)
HEADER = "email,name,language,regions,topics,editions,tags,consent_source,consent_at\n"


@pytest.fixture
def rights(engine: Engine) -> Rights:
    """Over the same people as ``people``."""
    return Rights(engine, parse_segments(SEGMENTS, CATALOGUE))


def take(people: Subscribers, rows: str) -> None:
    report = people.import_csv(BytesIO((HEADER + rows).encode()), now=NOW, actor="tests")
    assert not report.rejected, report.rejected


def readers(people: Subscribers, edition: str = "morning") -> list[int]:
    return [one.subscriber for one in people.readers(edition, (), (), EVERY_DAY, NOW)]


@given(st.text(st.sampled_from("'=+-@\t\ra"), max_size=6))
def test_a_cell_is_no_formula_and_comes_back(cell: str) -> None:
    assert safe(cell)[:1] not in set("=+-@\t\r")
    assert plain(safe(cell)) == cell


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=12)
LOCAL = st.from_regex(r"\A[a-z0-9+=_'-]{1,12}\Z")


@settings(max_examples=10, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.dictionaries(LOCAL, NAMES, min_size=1, max_size=8))
def test_what_is_exported_imports_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, who: dict[str, str]
) -> None:
    texts = []
    folder = tmp_path_factory.mktemp("round")
    from digest.store.engine import make_engine
    from subscribers import migrate

    engines = [make_engine(f"sqlite:///{folder / name}") for name in ("a.db", "b.db")]
    for engine in engines:
        migrate(engine)
    first, second = (house(engine) for engine in engines)
    for local, name in who.items():
        first.add(
            f"{local}@news.example",
            consent=CONSENT,
            editions=frozenset({"morning", "sport"}),
            now=NOW,
            actor="tests",
            name=name.strip(),
        )
    texts.append("".join(Rights(engines[0], {}).export(ExportFormat.CSV)))
    report = second.import_csv(BytesIO(texts[0].encode()), now=NOW, actor="tests")
    assert (report.added, report.rejected, report.warnings) == (len(who), [], [])
    texts.append("".join(Rights(engines[1], {}).export(ExportFormat.CSV)))
    assert texts[0] == texts[1]
    assert report.ignored_columns == ()
    for engine in engines:
        engine.dispose()


def test_a_csv_names_whom_to_mail_and_json_everybody(
    people: Subscribers, rights: Rights, engine: Engine
) -> None:
    take(
        people,
        "anna@x.example,Anna,fr,africa;europe,health,morning;sport,vip,form,2026-01-02\n"
        "left@x.example,,,,,morning,,form,\n"
        "barred@x.example,,,,,morning,,form,\n",
    )
    people.suppress(rights.find("barred@x.example"), reason="asked", now=NOW)
    people.suppress(rights.find("anna@x.example"), reason="asked", now=NOW, scope="sport")
    with engine.begin() as connection:
        connection.execute(
            sa.update(subscription)
            .where(subscription.c.subscriber_id == rights.find("left@x.example"))
            .values(state=SubscriptionState.LEFT, left_at=NOW)
        )
    written = "".join(rights.export(ExportFormat.CSV)).splitlines()
    assert written[1:] == [
        "anna@x.example,Anna,fr,africa;europe,health,morning,vip,every,6,0,full,,,no,,form,"
        "2026-01-02T00:00:00+00:00"
    ]
    every = [json.loads(line) for line in "".join(rights.export(ExportFormat.JSON)).splitlines()]
    assert [one["email"] for one in every] == [
        "anna@x.example",
        "left@x.example",
        "barred@x.example",
    ]
    assert every[1]["subscription"][0]["state"] == "left"
    assert every[2]["suppression"][0]["reason"] == "asked"


def test_an_export_of_a_segment_or_an_edition(people: Subscribers, rights: Rights) -> None:
    take(
        people,
        "a@x.example,,,africa,,morning,,form,\nb@x.example,,,europe,,weekly,,form,\n",
    )

    def who(**which: str) -> list[str]:
        rows = "".join(rights.export(ExportFormat.CSV, **which)).splitlines()[1:]
        return [row.partition(",")[0] for row in rows]

    assert who(segment="africa") == ["a@x.example"]
    assert who(edition="weekly") == ["b@x.example"]
    assert who(segment="africa", edition="weekly") == []
    with pytest.raises(UnknownError):
        rights.export(ExportFormat.CSV, segment="afrika")


def test_one_persons_data_is_whole(people: Subscribers, rights: Rights, engine: Engine) -> None:
    take(people, "anna@x.example,<b>Anna</b>,fr,africa,health,morning,vip,form,2026-01-02\n")
    who = rights.find("anna@x.example")
    with engine.begin() as connection:
        write_to(connection, who, LetterKind.WELCOME, purpose="welcome-1", now=NOW)
        hashed = suppression.address_hash(KEYS.pepper, "anna@x.example")
        row = {"kind": "sign-up", "address_hash": hashed, "from_hash": "f" * 64, "at": NOW}
        connection.execute(sa.insert(asked), [row])
    people.suppress(who, reason="asked", now=NOW, scope="sport")
    rights.suppress_domain("X.example", reason="closed", now=NOW)
    assert rights.find(str(who)) == who
    data = rights.held(who)
    assert data["email"] == "anna@x.example"
    counted = {name: len(rows) for name, rows in data.items() if isinstance(rows, list) and rows}
    assert counted == {
        "asked": 1,
        "consent_event": 1,
        "domain_suppression": 1,
        "event": 1,
        "letter_due": 1,
        "preference": 2,
        "subscription": 1,
        "suppression": 1,
        "tag": 1,
    }
    assert hashed not in as_json(data)
    page = as_html(data, NOW, english(CATALOGUE))
    assert "&lt;b&gt;Anna" in page
    for name, part in data.items():
        assert name in PARTS if isinstance(part, list) else name in COLUMNS
        assert not isinstance(part, list) or {key for row in part for key in row} <= set(COLUMNS)
    assert "<b>Anna" not in page
    with zipfile.ZipFile(io.BytesIO(as_zip(data, NOW, english(CATALOGUE)))) as archive:
        assert json.loads(archive.read("data.json"))["tag"][0]["name"] == "vip"
    with pytest.raises(UnknownError):
        rights.held(who + 1)


def test_who_is_erased_cannot_be_brought_back(
    people: Subscribers, rights: Rights, engine: Engine
) -> None:
    who = add(people, "Anna@X.example")
    stays = add(people, "ben@x.example")
    assert rights.erase(who, NOW)
    assert not rights.erase(who, NOW)
    row = "anna@x.EXAMPLE,,,,,morning,,form,\n"
    report = people.import_csv(BytesIO((HEADER + row).encode()), now=NOW, actor="tests")
    assert [str(one.problem) for one in report.rejected] == ["suppressed"]
    with pytest.raises(SuppressedError):
        add(people, "anna@x.example")
    with engine.connect() as connection:
        assert list(connection.scalars(sa.select(subscriber.c.id))) == [stays]
        hashed = suppression.address_hash(KEYS.pepper, "anna@x.example")
        assert [one.reason for one in suppression.of(connection, hashed)] == ["erased"]
    assert add(people, "new@x.example") > stays, "an id is never given again"
    assert readers(people) == [stays, stays + 1]


def test_a_domain_gets_no_mail(people: Subscribers, rights: Rights) -> None:
    inside, below = add(people, "a@bücher.example"), add(people, "b@sub.bücher.example")
    outside = add(people, "c@notbücher.example")
    assert readers(people) == [inside, below, outside]
    assert rights.suppress_domain("@Bücher.example", reason="closed", now=NOW) == (
        "xn--bcher-kva.example"
    )
    assert readers(people) == [below, outside]
    assert people.excluded("morning", (), EVERY_DAY, NOW) == {"suppressed": 1}
    assert people.recipients("morning", [inside], NOW)[inside] == "suppressed"
    with pytest.raises(SuppressedError):
        add(people, "new@bücher.example")
    row = "d@bücher.example,,,,,morning,,form,\n"
    report = people.import_csv(BytesIO((HEADER + row).encode()), now=NOW, actor="tests")
    assert [str(one.problem) for one in report.rejected] == ["suppressed"]
    _, domains = rights.suppressions()
    assert [(one.domain, one.reason) for one in domains] == [("xn--bcher-kva.example", "closed")]


def test_a_promise_is_lifted_for_what_was_confirmed(
    people: Subscribers, rights: Rights, engine: Engine
) -> None:
    who = add(people, "anna@x.example", "morning", "sport")
    for scope in ("", "morning", "sport"):
        people.suppress(who, reason=f"asked {scope}", now=NOW, scope=scope)
    counts, _ = rights.suppressions()
    assert [(one.reason, one.scope, one.addresses) for one in counts] == [
        ("asked ", "", 1),
        ("asked morning", "morning", 1),
        ("asked sport", "sport", 1),
    ]
    hashed = suppression.address_hash(KEYS.pepper, "anna@x.example")
    with engine.begin() as connection:
        assert suppression.lift(connection, hashed, {"", "morning"}, NOW - DAY) == []
        lifted = suppression.lift(connection, hashed, {"", "morning"}, NOW)
    assert lifted == ["asked ", "asked morning"]
    assert readers(people) == [who]
    assert readers(people, "sport") == []


def pending(people: Subscribers, engine: Engine, email: str, state: SubscriptionState) -> int:
    who = add(people, email)
    with engine.begin() as connection:
        connection.execute(
            sa.update(subscription)
            .where(subscription.c.subscriber_id == who)
            .values(state=state, left_at=NOW if state is SubscriptionState.LEFT else None)
        )
        if state is SubscriptionState.PENDING:
            asked_for = sa.update(consent_event).where(consent_event.c.subscriber_id == who)
            connection.execute(asked_for.values(action=ConsentAction.REQUESTED))
    return who


def test_what_is_too_old_goes(people: Subscribers, rights: Rights, engine: Engine) -> None:
    pending(people, engine, "pending@x.example", SubscriptionState.PENDING)
    left = pending(people, engine, "left@x.example", SubscriptionState.LEFT)
    active = add(people, "active@x.example")
    nothing = people.add(
        "nothing@x.example", consent=CONSENT, editions=frozenset(), now=NOW, actor="tests"
    )
    with engine.begin() as connection:
        write_to(connection, active, LetterKind.WELCOME, purpose="done", now=NOW)
        write_to(connection, active, LetterKind.LINK, purpose="waiting", now=NOW)
        done = sa.update(letter_due).where(letter_due.c.purpose == "done")
        connection.execute(done.values(done_at=NOW))
        row = {"kind": "sign-up", "address_hash": "a" * 64, "from_hash": "f" * 64, "at": NOW}
        connection.execute(sa.insert(asked), [row])
        run = {"digest": "d", "lines": 1, "report": "{}", "started_at": NOW}
        connection.execute(sa.insert(import_run), [run])
    keep = Keep(left=365)
    assert not any(rights.retain(keep, NOW).values())
    after = {days: rights.retain(keep, NOW + days * DAY, dry_run=True) for days in (8, 31, 91, 366)}
    assert {name for name, count in after[8].items() if count} == {"where requests came from"}
    assert {name: count for name, count in after[31].items() if count} == {
        "unconfirmed sign-ups": 1,
        "people who never confirmed": 1,
        "where requests came from": 1,
        "requests of strangers": 1,
    }
    rights.retain(keep, NOW + 8 * DAY)
    with engine.connect() as connection:
        assert connection.scalar(sa.select(asked.c.from_hash)) == ""
    # The dry run said the same.
    assert rights.retain(keep, NOW + 366 * DAY) == after[366] | {"where requests came from": 0}
    assert not any(rights.retain(keep, NOW + 366 * DAY).values())
    with engine.connect() as connection:
        assert list(connection.scalars(sa.select(subscriber.c.id))) == [active, nothing]
        assert list(connection.scalars(sa.select(letter_due.c.purpose))) == ["waiting"]
        hashed = suppression.address_hash(KEYS.pepper, "left@x.example")
        assert [one.reason for one in suppression.of(connection, hashed)] == [LEFT]
    assert people.find("left@x.example") != left


def test_consent_is_proved(people: Subscribers, rights: Rights) -> None:
    who = add(people, "anna@x.example", "morning", "sport")
    told = rights.consents(who)
    assert [one.purpose for one in told] == ["newsletter:morning", "newsletter:sport"]
    assert {one.source for one in told} == {"test form"}
