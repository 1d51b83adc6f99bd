"""The line in time: what happens at which hour, with a clock that the test sets."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest import bundled, pipeline, sample
from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.errors import TemplateError, WrongStateError
from digest.model import Approval, DeliveryState, Issue, IssueState
from digest.schedule.days import EVERY_DAY

START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
Make = Callable[..., App]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.part("postgres"))])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Makes the sample newsroom's App at ``START``, with settings of the test's own."""

    def newsroom(**settings: str) -> App:
        shutil.copy(bundled.sample_config(), tmp_path / "config.toml")
        told = {key.replace("__", "."): value for key, value in settings.items()}
        if request.param == "postgres":
            told["database.url"] = request.getfixturevalue("postgres_url")()
        app = App(load(tmp_path / "config.toml", told), SetClock(START))
        app.migrate()
        sample.write(tmp_path / "var/sample", START, "http://127.0.0.1:8000/sample")
        with sample.subscribers().open("rb") as stream:
            app.people.import_csv(stream, now=START, actor="test")  # type: ignore[arg-type]
        return app

    return newsroom


def at(app: App, moment: datetime) -> None:
    """Set the clock and let the scheduler look at it."""
    assert isinstance(app.clock, SetClock)
    app.clock.at = moment
    app.tick()


def morning(app: App) -> Issue:
    """The issue of 24 November."""
    found = [one for one in app.newsroom.issues(50) if one.edition == "morning"]
    return next(one for one in found if one.local_date == DUE.date())


def mails(app: App) -> int:
    """How many mails of that issue the outbox holds."""
    return len(list((app.settings.sending.outbox / str(morning(app).id)).glob("*.eml")))


def test_an_issue_fills_locks_and_goes_when_it_is_due(make: Make) -> None:
    app = make()
    at(app, START)
    assert morning(app).state is IssueState.DRAFTING
    at(app, DUE - timedelta(minutes=11))
    assert morning(app).state is IssueState.DRAFTING
    at(app, DUE - timedelta(minutes=10))
    assert morning(app).state is IssueState.LOCKED
    assert mails(app) == 0
    at(app, DUE)
    assert morning(app).state is IssueState.SENT
    assert app.newsroom.progress(morning(app)) == {DeliveryState.ACCEPTED: 9}
    assert mails(app) == 9
    before = {file: file.stat().st_mtime_ns for file in app.settings.sending.outbox.rglob("*.eml")}
    for minutes in range(1, 120, 7):
        at(app, DUE + timedelta(minutes=minutes))
    after = {file: file.stat().st_mtime_ns for file in app.settings.sending.outbox.rglob("*.eml")}
    assert after == before


def test_the_next_day_brings_only_what_is_new(make: Make) -> None:
    app = make()
    at(app, START)
    at(app, DUE)
    tomorrow = DUE + timedelta(days=1)
    at(app, tomorrow)
    issue = next(one for one in app.newsroom.issues(50) if one.local_date == tomorrow.date())
    assert issue.state is IssueState.SKIPPED
    assert "roll into the next issue" in issue.reason


def test_two_schedulers_send_one_issue(make: Make) -> None:
    app = make()
    at(app, START)
    other = App(app.settings, SetClock(START))
    at(other, START)
    for moment in (DUE - timedelta(minutes=5), DUE, DUE + timedelta(minutes=1)):
        at(app, moment)
        at(other, moment)
    assert len([one for one in app.newsroom.issues(50) if one.local_date == DUE.date()]) == 2
    per_issue = {
        folder.name: len(list(folder.glob("*.eml")))
        for folder in app.settings.sending.outbox.iterdir()
        if folder.is_dir()
    }
    assert per_issue[str(morning(app).id)] == 9


def test_news_is_not_sent_late(make: Make) -> None:
    app = make()
    at(app, START)
    at(app, DUE + timedelta(minutes=91))
    assert morning(app).state is IssueState.MISSED
    assert mails(app) == 0
    at(app, DUE + timedelta(days=1))
    sent = [one for one in app.newsroom.issues(50) if one.state is IssueState.SENT]
    assert [one.edition for one in sent if one.edition == "morning"], "its stories roll over"


def test_what_was_missed_while_nothing_ran_is_on_record(make: Make) -> None:
    app = make()
    at(app, START)
    at(app, DUE)
    at(app, DUE + timedelta(days=3))
    states = {
        one.local_date.day: one.state for one in app.newsroom.issues(50) if one.edition == "morning"
    }
    assert states[25] is IssueState.MISSED
    assert states[26] is IssueState.MISSED


def test_without_approval_an_issue_is_held_and_then_goes_as_approved(make: Make) -> None:
    app = make()
    required = app.parts.edition("morning")
    app.parts.editions["morning"] = _with_approval(required)  # type: ignore[index]
    at(app, START)
    at(app, DUE)
    assert morning(app).state is IssueState.HELD
    with pytest.raises(WrongStateError, match="waits for approval"):
        app.newsroom.send_now(morning(app))
    held = app.newsroom.draft(morning(app))
    app.newsroom.approve(morning(app).id, "Ada")
    at(app, DUE + timedelta(minutes=30))
    issue = morning(app)
    assert issue.state is IssueState.SENT
    assert issue.approved_revision == issue.revision
    assert app.newsroom.draft(issue) == held


def test_an_approved_issue_changes_no_more(make: Make) -> None:
    app = make()
    app.parts.editions["morning"] = _with_approval(app.parts.edition("morning"))  # type: ignore[index]
    at(app, START)
    approved = app.newsroom.approve(morning(app).id, "Ada")
    _publish(app, "Something that came in after the approval")
    at(app, START + timedelta(minutes=30))
    at(app, DUE)
    issue = morning(app)
    assert issue.state is IssueState.SENT
    assert issue.content_hash == approved.content_hash
    bodies = [file.read_bytes() for file in app.settings.sending.outbox.rglob("*.eml")]
    assert bodies
    assert not any(b"after the approval" in body for body in bodies)


def test_leaving_between_freeze_and_send_counts(make: Make) -> None:
    app = make()
    at(app, START)
    who = next(app.people.readers("morning", (), (), EVERY_DAY, START)).subscriber
    app.people.suppress(who, reason="asked", now=START)
    at(app, DUE)
    assert app.newsroom.progress(morning(app))[DeliveryState.ACCEPTED] == 8


def test_a_crash_in_the_middle_of_the_line_loses_nothing(make: Make) -> None:
    app = make()
    pipeline.refresh(app.parts)
    issue = pipeline.compose(app.parts, app.newsroom.today("morning"))
    # Each step by itself, a new App each time: as if the process died after every one.
    for step in (pipeline.lock, pipeline.address):
        issue = step(App(app.settings, SetClock(START)).parts, issue)
    assert issue.state is IssueState.SENDING
    resumed = App(app.settings, SetClock(START))
    assert resumed.newsroom.send_now(issue).state is IssueState.SENT
    assert mails(app) == 9


@pytest.mark.parametrize("broken_at", ["before the freeze", "in the middle"])
def test_a_broken_template_costs_nobody_their_mail(
    make: Make, tmp_path: Path, broken_at: str
) -> None:
    own = tmp_path / "mine"
    own.mkdir()
    app = make(templates="mine")
    pipeline.refresh(app.parts)
    issue = pipeline.lock(app.parts, app.newsroom.today("morning"))
    if broken_at == "in the middle":
        issue = pipeline.address(app.parts, issue)
    (own / "daily.mjml").write_text("<mjml><mj-body><mj-colum/></mj-body></mjml>")
    with pytest.raises(TemplateError, match=r"daily\.mjml"):
        app.newsroom.send_now(issue)
    assert mails(app) == 0
    (own / "daily.mjml").unlink()
    # A batch that failed waits a little before it is tried again.
    app.clock.at += timedelta(minutes=2)  # type: ignore[attr-defined]
    assert app.newsroom.send_now(morning(app)).state is IssueState.SENT
    assert app.newsroom.progress(morning(app)) == {DeliveryState.ACCEPTED: 9}


def _with_approval(edition: object) -> object:
    from dataclasses import replace

    return replace(edition, approval=Approval.REQUIRED)  # type: ignore[type-var]


def _publish(app: App, title: str) -> None:
    desk = next(one.path for one in app.settings.sources if one.name == "desk")
    assert desk is not None
    story = f"---\ntitle: {title}\ndate: {START.isoformat()}\nurl: https://example.org/late/\n---\n\nText.\n"
    (desk / "late.md").write_text(story)
