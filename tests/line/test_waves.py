"""A reader-local edition: one issue, locked once, at six in the morning by each reader's clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from io import BytesIO
from pathlib import Path

import pytest

from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.model import Issue, IssueState, Look
from digest.steps import control, errata
from digest.steps.fsck import fsck
from tests.approval.room import Site
from tests.migrated import EVERYTHING

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
#: six in the morning of 24 November 2026 on Kiritimati, fourteen hours ahead
FIRST = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
CONFIG = """
[[sources]]
name = "desk"
kind = "folder"
path = "desk"
[[editions]]
slug = "daily"
name = "Daily"
time = "06:00"
zone = "Europe/London"
reader_local = true
OPTIONS
  [[editions.sections]]
  take = "latest"
  maximum = 2
"""
READERS = """email,hour,zone,editions,consent_source
kiritimati@example.org,,Pacific/Kiritimati,daily,form
auckland@example.org,,Pacific/Auckland,daily,form
kolkata@example.org,,Asia/Kolkata,daily,form
nowhere@example.org,,,daily,form
early@example.org,3,Europe/London,daily,form
york@example.org,,America/New_York,daily,form
late@example.org,20,America/New_York,daily,form
midway@example.org,,Pacific/Midway,daily,form
"""
#: by UTC; each is the morning of the 24th there
DUE = {
    "kiritimati": FIRST,
    "auckland": FIRST + 1 * HOUR,
    "kolkata": FIRST + 8.5 * HOUR,
    "early": FIRST + 11 * HOUR,
    "nowhere": FIRST + 14 * HOUR,
    "york": FIRST + 19 * HOUR,
    "midway": FIRST + 25 * HOUR,
    "late": FIRST + 33 * HOUR,
}


def newsroom(folder: Path, options: str = "", **given: str) -> App:
    (folder / "desk").mkdir()
    for number in (1, 2, 3):
        at = FIRST - number * HOUR
        head = f"title: Story {number}\ndate: {at}\nurl: https://example.org/{number}/"
        (folder / "desk" / f"{number}.md").write_text(f"---\n{head}\n---\n\nText.\n")
    (folder / "config.toml").write_text(CONFIG.replace("OPTIONS", options))
    app = App(load(folder / "config.toml", given), SetClock(FIRST - 4 * HOUR))
    app.migrate()
    app.people.import_csv(BytesIO(READERS.encode()), now=FIRST - 9 * HOUR, actor="test")
    return app


@pytest.fixture
def app(tmp_path: Path) -> App:
    return newsroom(tmp_path)


def at(app: App, moment: datetime) -> Issue:
    assert isinstance(app.clock, SetClock)
    app.clock.at = moment
    app.tick()
    (issue,) = (
        one
        for one in app.newsroom.issues(50)
        if str(one.local_date) == "2026-11-24" and one.sequence == 1
    )
    return issue


def got(app: App) -> dict[str, tuple[datetime, str]]:
    """Reader → when their mail says that it was sent, and its text."""
    found = {}
    for file in app.settings.sending.outbox.glob("*/*.eml"):
        mail = message_from_bytes(file.read_bytes(), policy=default)
        body = mail.get_body(("plain",))
        assert body is not None
        who = str(mail["To"].addresses[0].username)
        found[who] = (mail["Date"].datetime, body.get_content())
    return found


def to_waves(app: App) -> None:
    """Up to the first wave's time."""
    for moment in (FIRST - 4 * HOUR, FIRST - 10 * MINUTE, FIRST):
        at(app, moment)


def test_one_issue_reaches_each_on_its_date(app: App) -> None:
    at(app, FIRST - 4 * HOUR)
    locked = at(app, FIRST - 10 * MINUTE)
    assert (locked.state, locked.scheduled_at) == (IssueState.LOCKED, FIRST)
    for due in sorted(DUE.values()):
        issue = at(app, due)
        assert issue.content_hash == locked.content_hash
        expected = {who for who, when in DUE.items() if when <= due}
        assert set(got(app)) == expected
    assert issue.state is IssueState.SENT
    assert {who: when for who, (when, _) in got(app).items()} == DUE
    assert fsck(app.parts) == []


def test_who_moves_gets_none_twice_and_send_by_counts_from_each_wave(app: App) -> None:
    to_waves(app)
    with app.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE subscriber SET time_zone = 'America/New_York' "
            "WHERE email = 'kiritimati@example.org'"
        )
    at(app, DUE["kolkata"] + 89 * MINUTE)
    assert set(got(app)) == {"kiritimati", "kolkata"}, "Auckland's was over by then"
    at(app, DUE["york"])
    issue = at(app, DUE["late"])
    assert got(app)["kiritimati"][0] == FIRST
    assert {who for who in DUE if who not in got(app)} == {"auckland", "early", "nowhere", "midway"}
    assert app.newsroom.progress(issue).get("expired") == 4  # type: ignore[call-overload]  # a StrEnum
    assert fsck(app.parts) == []


def test_a_stopped_issue_sends_no_further_wave(app: App) -> None:
    to_waves(app)
    at(app, DUE["kolkata"])
    control.stop(app.parts, at(app, DUE["kolkata"] + MINUTE), "Ada", "wrong")
    assert at(app, DUE["nowhere"]).state is IssueState.SENT
    assert set(got(app)) == {"kiritimati", "kolkata"}


@pytest.mark.parametrize(
    "database", ["sqlite", pytest.param("postgres", marks=pytest.mark.part("postgres"))]
)
def test_what_is_taken_back_goes_to_nobody_more(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    given = {}
    if database == "postgres":
        given["database.url"] = request.getfixturevalue("postgres_url")(*EVERYTHING)
    app, site = newsroom(tmp_path, **given), Site()
    app.parts = replace(app.parts, look=site)
    to_waves(app)
    asked = len(site.asked)
    at(app, DUE["auckland"] - 3 * MINUTE)
    assert len(site.asked) == asked, "not yet"
    at(app, DUE["auckland"] - 2 * MINUTE)
    at(app, DUE["auckland"])
    assert len(site.asked) > asked
    site.answers = {"Story 1": Look.GONE}
    at(app, DUE["kolkata"] - MINUTE)
    issue = at(app, DUE["kolkata"])
    assert "taken back between its waves" in issue.reason
    at(app, DUE["early"])
    assert set(got(app)) == {"kiritimati", "auckland", "kolkata", "early"}
    for who, (_, text) in got(app).items():
        assert ("Story 1" in text) == (who in {"kiritimati", "auckland"})
        # The approved reserve stands in.
        assert ("Story 3" in text) == (who not in {"kiritimati", "auckland"})
        assert "Story 2" in text
    assert fsck(app.parts) == []


def test_what_is_put_right_between_waves_stands_above_the_rest(app: App) -> None:
    to_waves(app)
    issue = at(app, FIRST + MINUTE)
    (card, *_) = [one.stored for one in app.newsroom.draft(issue).pool]
    letter = errata.erratum(app.parts, issue, card.id, "It sank.", "It sailed.", "Ada")
    at(app, FIRST + 2 * MINUTE)
    assert app.newsroom.issue(letter.id).state is IssueState.SENT
    written = [file.read_text() for file in app.settings.sending.outbox.glob(f"{letter.id}/*.eml")]
    assert len(written) == 1
    assert "kiritimati@example.org" in written[0]
    at(app, DUE["auckland"])
    assert "It sailed." in got(app)["auckland"][1]
    # The others' time is past.
    assert at(app, DUE["late"]).state is IssueState.CORRECTED
    assert fsck(app.parts) == []


def test_an_edition_may_rather_wait_between_waves(tmp_path: Path) -> None:
    app = newsroom(tmp_path, 'last_look = "hold"\nsite_trouble = "hold"')
    site = Site()
    app.parts = replace(app.parts, look=site)
    to_waves(app)
    site.answers = {f"Story {number}": Look.UNCLEAR for number in (1, 2)}
    at(app, DUE["auckland"] - MINUTE)
    at(app, DUE["auckland"])
    assert set(got(app)) == {"kiritimati"}
    site.answers = {}
    at(app, DUE["auckland"] + MINUTE)
    at(app, DUE["auckland"] + 2 * MINUTE)
    assert set(got(app)) == {"kiritimati", "auckland"}
    site.answers = {"Story 2": Look.GONE}
    at(app, DUE["kolkata"] - MINUTE)
    issue = at(app, DUE["kolkata"])
    assert set(got(app)) == {"kiritimati", "auckland"}
    control.resume(app.parts, issue, "Ada")
    at(app, DUE["kolkata"] + MINUTE)
    assert "Story 2" not in got(app)["kolkata"][1]


def test_the_first_wave_may_be_later(tmp_path: Path) -> None:
    app = newsroom(tmp_path, 'first_zone = "Asia/Kolkata"')
    at(app, FIRST - 4 * HOUR)
    at(app, FIRST + HOUR)
    assert not got(app)
    first = DUE["kolkata"]
    at(app, first - 10 * MINUTE)
    assert at(app, first).scheduled_at == first
    # Who is ahead of it gets it with the first wave.
    assert set(got(app)) == {"kiritimati", "auckland", "kolkata"}
