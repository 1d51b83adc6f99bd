"""All checks together: in time, whatever one of them does."""

import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.engine import Engine

from digest.doctor.dns import Dns
from digest.doctor.finding import Finding, Severity
from digest.doctor.patient import Database, Patient
from digest.doctor.registry import CHECKS
from digest.doctor.run import examine, unwell
from tests.deliver.servers import silent_server
from tests.doctor.cases import polled, txt
from tests.doctor.ward import SMTP, Ward


def by_check(found: tuple[Finding, ...]) -> dict[str, Finding]:
    """The last finding of each check."""
    return {one.check: one for one in found}


def test_a_check_that_breaks_stops_no_other_and_tells_no_text(ward: Ward) -> None:
    def broken(name: str) -> None:
        raise RuntimeError(f"a secret beside {name}")

    found = by_check(examine(ward.patient(compile=broken), ["templates", "python"]))
    assert found["templates"].severity is Severity.ERROR
    assert found["templates"].what == "the check itself failed: RuntimeError"
    assert "Python" in found["python"].what


def test_what_hangs_is_told_as_not_done(ward: Ward) -> None:
    free = threading.Event()

    def hanging(name: str) -> None:
        del name
        free.wait(10)

    begun = time.monotonic()
    found = by_check(examine(ward.patient(compile=hanging), ["templates", "config"], seconds=0.5))
    free.set()
    assert time.monotonic() - begun < 3
    assert (found["templates"].severity, found["templates"].what) == (
        Severity.WARNING,
        "not done within 0.5 seconds",
    )
    assert found["config"].severity is Severity.OK


def test_silent_servers_cost_no_more_than_their_time(ward: Ward) -> None:
    with silent_server() as port:
        patient = ward.patient(SMTP + f"port = {port}\n", dns=lambda: Dns("127.0.0.1", port, 0.5))
        begun = time.monotonic()
        found = by_check(examine(patient, ["relay", "spf", "dmarc", "mx"], seconds=8))
    assert time.monotonic() - begun < 8
    assert found["spf"].severity is Severity.WARNING
    assert "DNS does not answer for news.example TXT" in found["spf"].what


def test_a_broken_name_server_says_nothing_of_the_record(ward: Ward) -> None:
    patient = ward.patient()
    ward.names.broken.add("_dmarc.news.example")
    found = by_check(examine(patient, ["dmarc"]))
    assert (found["dmarc"].severity, found["dmarc"].fix) == (
        Severity.WARNING,
        "see whether this machine's name server works, or name one by --nameserver",
    )


def test_offline_asks_nobody(ward: Ward) -> None:
    found = by_check(examine(ward.patient(compile=str), offline=True))
    assert list(found) == list(CHECKS)
    assert (ward.names.asked, ward.web.asked) == ([], [])
    told = {name for name, one in found.items() if one.what == "not looked at: it asks the network"}
    assert told == {name for name, check in CHECKS.items() if check.network}


def test_with_mistakes_in_the_settings_the_rest_is_looked_at(ward: Ward) -> None:
    found = by_check(examine(ward.patient("nonsense = 1\n" + SMTP, compile=str)))
    assert unwell(tuple(found.values()))
    assert found["config"].what.startswith("nonsense: unknown key")
    assert found["python"].severity is not Severity.NOTE
    assert found["spf"].what == "not looked at: the configuration has mistakes"


def test_a_trial_is_left_in_peace(ward: Ward) -> None:
    """Into the outbox, on this machine: nothing is asked of DNS or providers."""
    trial = replace(ward, public="http://127.0.0.1:8000")
    ward.serve("GET site.news.example/feed")
    found = examine(trial.patient("", compile=str))
    assert not unwell(found)
    assert ward.names.asked == []


@pytest.fixture
def on_either(ward: Ward, engine: Engine) -> Patient:
    """A patient whose tables are in SQLite or PostgreSQL."""
    given = ward.patient()
    return replace(given, database=lambda: Database(engine=engine, pending=list))


def test_both_databases_are_found_well(on_either: Patient) -> None:
    found = examine(on_either, ["database", "schema"])
    # The tests' own PostgreSQL is quick and careless, and is told so.
    careless = ("fsync is off", "full_page_writes is off", "synchronous_commit is off")
    known = [one for one in found if one.what.startswith(careless)]
    assert all(one.severity is Severity.OK for one in found if one not in known), found
    assert bool(known) == (on_either.database().engine.dialect.name == "postgresql")
    with on_either.database().engine.connect() as connection:
        tables = connection.dialect.get_table_names(connection)
    assert "doctor_was_here" not in tables


@pytest.mark.part("postgres")
def test_postgres_tells_the_time_and_who_is_connected(ward: Ward, on_either: Patient) -> None:
    engine = on_either.database().engine
    if engine.dialect.name != "postgresql":
        return
    told = replace(ward, database=engine.url.render_as_string(hide_password=False)).patient()
    told = polled(replace(told, database=on_either.database), timedelta(0))
    with engine.connect() as other:
        other.exec_driver_sql("SELECT 1")
        found = by_check(examine(told, ["clock", "scheduler"]))
    assert found["clock"].severity is Severity.OK
    assert found["clock"].what.startswith("within 30 seconds of the database's")
    assert found["scheduler"].what.startswith("others are connected to the database: ")


def test_a_parent_s_policy_holds_below_it(ward: Ward) -> None:
    ward.names.zone = txt("_dmarc.news.example", "v=DMARC1; p=reject; sp=none; rua=mailto:a@b.c")
    below = ward.patient(SMTP.replace("@news.example", "@mail.daily.news.example"))
    found = examine(below, ["dmarc"])
    assert any("its policy is none" in one.what for one in found), found
