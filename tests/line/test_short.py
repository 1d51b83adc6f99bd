"""Short days: too few stories, and whether the day is quiet or a source is down."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from io import BytesIO
from pathlib import Path

import pytest

from digest import pipeline
from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.errors import WrongStateError
from digest.model import Hold, Issue, IssueState, WhenShort
from digest.steps.alerts import alert
from digest.steps.gather import failing
from tests.line.newsroom import Folder, csv

START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
LOCK, SEND_BY = DUE - timedelta(minutes=10), DUE + timedelta(minutes=90)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)

CONFIG = """
[sending]
from = "The Quiet Times <digest@example.org>"
[[sources]]
name = "desk"
kind = "folder"
path = "desk"
[[sources]]
name = "wire"
kind = "feed"
path = "wire.xml"
[[editions]]
slug = "daily"
name = "Daily"
minimum_stories = 3
{edition}
  [[editions.sections]]
  take = "latest"
  maximum = 9
{more}
"""
ALERTS = '[alerts]\nto = ["editor@example.org", "night@example.org"]'
#: each with the region they chose
READERS = {"all": "", "europe": "europe"}


class Room:
    """A newsroom with a desk that publishes and a wire that may fail."""

    def __init__(self, folder: Path, database: str, edition: str, more: str) -> None:
        self.folder = folder
        (folder / "desk").mkdir()
        (folder / "config.toml").write_text(CONFIG.format(edition=edition, more=more))
        self._told = {"database.url": database} if database else {}
        self.wire()
        self.app = self.another()
        self.app.migrate()
        people = csv(
            (f"{who}@example.org", who, "en", region, "", "daily", "", "web form", "2026-01-15")
            for who, region in READERS.items()
        )
        self.app.people.import_csv(BytesIO(people.encode()), now=START, actor="test")

    def another(self) -> App:
        """Another process over the same database."""
        return App(load(self.folder / "config.toml", self._told), SetClock(START))

    def wire(self, *titles: str, broken: bool = False) -> None:
        """What the wire carries from now on; nothing that can be read if ``broken``."""
        items = "".join(
            f"<item><title>{title}</title><link>https://example.org/{title[-1]}-wire</link>"
            f"<guid>{title}</guid><pubDate>Tue, 24 Nov 2026 03:00:00 +0000</pubDate></item>"
            for title in titles
        )
        feed = f"<rss version='2.0'><channel><title>Wire</title>{items}</channel></rss>"
        (self.folder / "wire.xml").write_text("down for repair" if broken else feed)

    def publish(self, *titles: str, day: datetime = START) -> None:
        """Stories of the desk."""
        for title in titles:
            url = f"https://example.org/{title.replace(' ', '-')}/"
            (self.folder / "desk" / f"{title}.md").write_text(
                f"---\ntitle: {title}\ndate: {day.isoformat()}\nurl: {url}\n---\n\nText.\n"
            )

    def at(self, moment: datetime, app: App | None = None) -> Issue:
        """Set the clock and let the scheduler look at it; returns the day's issue."""
        app = app or self.app
        assert isinstance(app.clock, SetClock)
        app.clock.at = moment
        app.tick()
        return self.issue(moment)

    def issue(self, moment: datetime = DUE) -> Issue:
        """The issue of that day."""
        return next(one for one in self.app.newsroom.issues(50) if one.local_date == moment.date())

    def mails(self, moment: datetime = DUE) -> list[str]:
        """The text of that day's mails."""
        return texts(self.folder / "var/outbox" / str(self.issue(moment).id))

    def alerts(self) -> list[str]:
        """The names of the alerts that went out by letter."""
        return sorted(file.stem for file in (self.folder / "var/outbox/alert").glob("*.eml"))

    def held(self) -> Issue:
        """The day's issue, held at its lock because the wire fails."""
        self.at(START)
        self.wire(broken=True)
        self.at(START + timedelta(hours=1))
        return self.at(LOCK)


def texts(folder: Path) -> list[str]:
    """Subject and text of the mails in a folder."""
    mails = [
        message_from_bytes(file.read_bytes(), policy=default)
        for file in sorted(folder.glob("*.eml"))
    ]
    bodies = [mail.get_body(("plain",)) for mail in mails]
    return [
        f"{mail['Subject']}\n{body.get_content()}"
        for mail, body in zip(mails, bodies, strict=True)
        if body is not None
    ]


Make = Callable[..., Room]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.part("postgres"))])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Makes a newsroom whose edition has these settings."""

    def newsroom(edition: str = "", more: str = "") -> Room:
        url = request.getfixturevalue("postgres_url")() if request.param == "postgres" else ""
        return Room(tmp_path, url, edition, more)

    return newsroom


def test_too_few_roll_over(make: Make) -> None:
    room = make()
    room.publish("Story one")
    room.at(START)
    issue = room.at(DUE)
    assert (issue.state, issue.short) == (IssueState.SKIPPED, WhenShort.ROLL_OVER)
    assert issue.reason == (
        "1 new story since the last issue, 3 needed; they roll into the next issue"
    )
    room.publish("Story two", "Story three")
    assert room.at(DUE + DAY).state is IssueState.SENT
    assert all("Story one" in mail for mail in room.mails(DUE + DAY))


def test_skipped_for_good_means_covered(make: Make) -> None:
    room = make('when_short = "skip"')
    room.publish("Story one")
    room.at(START)
    issue = room.at(DUE)
    assert (issue.state, issue.short) == (IssueState.SKIPPED, WhenShort.SKIP)
    assert [one.stored.story.headline for one in room.app.newsroom.draft(issue).pool] == [
        "Story one"
    ]
    room.publish("Story two", "Story three", day=DUE + timedelta(hours=1))
    assert room.at(DUE + DAY).state is IssueState.SKIPPED, "the first one counts no more"
    room.publish(*(f"Story {name}" for name in ("four", "five", "six")), day=DUE + DAY)
    assert room.at(DUE + 2 * DAY).state is IssueState.SENT
    (text,) = room.mails(DUE + 2 * DAY)
    assert [name for name in ("one", "two", "four") if f"Story {name}" in text] == ["four"]


def test_a_skipped_day_tells_what_would_have_gone(tmp_path: Path) -> None:
    room = Room(tmp_path, "", 'when_short = "skip"', "")
    room.publish("Story one")
    room.at(START)
    issue = room.at(DUE)
    told = Folder(tmp_path).run("show", str(issue.id), now=DUE.isoformat()).stdout
    assert "skipped: 1 new story since the last issue, 3 needed" in told
    assert told.index("What would have gone:") < told.index("Story one")


def test_a_quiet_day_is_told_to_every_reader(make: Make) -> None:
    room = make('when_short = "quiet"')
    room.publish("Story one")
    room.at(START)
    issue = room.at(DUE)
    assert (issue.state, issue.short) == (IssueState.SENT, WhenShort.QUIET)
    assert issue.reason == "sent as a quiet day"
    everybody, europe = room.mails()
    assert everybody.startswith("Story one\n")
    assert "A QUIET DAY" in everybody
    assert europe.startswith("Daily: a quiet day\n")
    assert "nothing new for you" in europe


def test_nothing_at_all_is_a_quiet_day_too(make: Make) -> None:
    room = make('when_short = "quiet"')
    room.at(START)
    for _ in range(2):
        issue = room.at(DUE)
        assert (issue.state, issue.short) == (IssueState.SENT, WhenShort.QUIET)
    mails = room.mails()
    assert len(mails) == len(READERS)
    assert all(mail.startswith("Daily: a quiet day\n") for mail in mails)
    assert all("There is nothing new for you today." in mail for mail in mails)


@pytest.mark.parametrize("stories", [0, 1])
def test_few_may_go_as_they_are_but_never_none(make: Make, stories: int) -> None:
    room = make('when_short = "send"')
    room.publish(*["Story one"][:stories])
    room.at(START)
    issue = room.at(DUE)
    if stories:
        assert (issue.state, issue.short) == (IssueState.SENT, WhenShort.SEND)
        assert not any("A QUIET DAY" in mail for mail in room.mails())
    else:
        assert (issue.state, issue.short) == (IssueState.SKIPPED, WhenShort.ROLL_OVER)


@pytest.mark.parametrize("when_short", list(WhenShort))
def test_short_because_a_source_fails_is_held(make: Make, when_short: str) -> None:
    room = make(f'when_short = "{when_short}"')
    room.publish("Story one")
    issue = room.held()
    assert (issue.state, issue.hold, issue.short) == (IssueState.HELD, Hold.SOURCES, None)
    assert issue.reason.endswith("3 needed, while sources fail: wire")
    assert room.at(DUE).state is IssueState.HELD
    with pytest.raises(WrongStateError, match="is held: 1 new story"):
        room.app.newsroom.send_now(issue)


def test_a_held_issue_goes_as_soon_as_there_are_enough(make: Make) -> None:
    room = make()
    room.publish("Story one")
    room.held()
    room.publish("Story two", "Story three")
    room.at(DUE + 15 * MINUTE)
    issue = room.issue()
    assert (issue.state, issue.hold, issue.short) == (IssueState.SENT, None, None)
    assert failing(room.app.parts, room.app.parts.edition("daily")) == ["wire"], "still"


def test_a_held_issue_goes_on_once_its_sources_are_well(make: Make) -> None:
    room = make()
    room.publish("Story one")
    room.held()
    assert room.at(DUE).state is IssueState.HELD
    room.wire("Wire 1", "Wire 2")
    # Polled again within a minute, whatever its failures made its rhythm.
    assert room.at(DUE + MINUTE + timedelta(seconds=1)).state is IssueState.SENT
    assert all("Wire 2" in mail for mail in room.mails())


def test_well_again_and_truly_quiet(make: Make) -> None:
    room = make('when_short = "quiet"')
    room.held()
    room.wire()
    assert room.at(DUE).short is WhenShort.QUIET
    assert len(room.mails()) == len(READERS)


def test_one_failed_poll_makes_no_day_unknown(make: Make) -> None:
    room = make()
    room.at(START)
    room.at(LOCK - timedelta(minutes=20))
    room.wire(broken=True)
    assert room.at(LOCK).state is IssueState.SKIPPED


def test_held_till_send_by_is_missed_and_said_once(make: Make) -> None:
    room = make(more=ALERTS)
    room.publish("Story one")
    room.held()
    other = room.another()
    for minutes in (1, 2, 9, 50, 99):
        room.at(LOCK + minutes * MINUTE)
        room.at(LOCK + minutes * MINUTE, other)
    held = [f"alert-daily-2026-11-24-1-held_sources_failed-{number}" for number in (1, 2)]
    assert room.alerts() == held
    for minutes in (1, 2, 30):
        issue = room.at(SEND_BY + minutes * MINUTE)
        room.at(SEND_BY + minutes * MINUTE, other)
    assert issue.state is IssueState.MISSED
    assert issue.reason.startswith("past its send-by time; held until then: 1 new story")
    assert room.alerts() == [
        *held,
        *(name.replace("held_sources_failed", "missed") for name in held),
    ]
    (first, *_) = texts(room.folder / "var/outbox/alert")
    assert first.startswith("Alert: Daily, 2026-11-24: held, sources fail\n")
    assert "while sources fail: wire" in first
    assert f"digest approve {issue.id} sends it as it stands" in " ".join(first.split())
    assert room.mails() == []
    room.publish("Story two", "Story three", day=DUE + timedelta(hours=5))
    room.wire()
    assert room.at(DUE + DAY).state is IssueState.SENT
    assert all("Story one" in mail for mail in room.mails(DUE + DAY)), "it rolled over"


def test_an_editor_may_send_a_held_issue_as_it_is(make: Make) -> None:
    room = make('when_short = "quiet"', more=ALERTS)
    room.publish("Story one")
    approved = room.app.newsroom.approve(room.held().id, "Ada")
    assert (approved.state, approved.hold) == (IssueState.APPROVED, None)
    room.publish("Story two")
    issue = room.at(DUE + 20 * MINUTE)
    assert (issue.state, issue.short) == (IssueState.SENT, WhenShort.SEND)
    assert issue.approved_revision == issue.revision
    assert all("Story two" not in mail and "QUIET" not in mail for mail in room.mails())
    assert not any("short" in name for name in room.alerts()), "the editor knows"


def test_nobody_can_approve_an_empty_mail(make: Make) -> None:
    room = make()
    with pytest.raises(WrongStateError, match="nothing to approve: 0 new stories"):
        room.app.newsroom.approve(room.held().id, "Ada")


def test_the_two_holds_follow_each_other(make: Make) -> None:
    room = make('approval = "required"')
    room.publish("Story one")
    assert room.held().hold is Hold.SOURCES
    room.wire("Wire 1", "Wire 2")
    issue = room.at(DUE + 2 * MINUTE)
    assert (issue.state, issue.hold) == (IssueState.HELD, Hold.APPROVAL)
    assert issue.reason == "nobody approved it in time"
    room.publish("Story two")
    room.at(DUE + 15 * MINUTE)
    assert room.issue().revision == issue.revision, "what waits for approval changes no more"
    room.app.newsroom.approve(issue.id, "Ada")
    assert room.at(DUE + 16 * MINUTE).state is IssueState.SENT


def test_a_quiet_day_needs_no_approval_to_be_skipped(make: Make) -> None:
    room = make('approval = "required"')
    room.at(START)
    assert room.at(DUE).state is IssueState.SKIPPED


def test_each_step_again_does_no_harm(make: Make) -> None:
    room = make('when_short = "skip"', more=ALERTS)
    room.publish("Story one")
    room.at(START)
    issue = room.issue()
    for number in range(3):
        parts = room.another().parts
        parts.clock.at = DUE  # type: ignore[attr-defined]
        if number:
            assert pipeline.lock(parts, room.issue()).state is IssueState.SKIPPED
            alert(parts)
        else:
            pipeline.lock(parts, pipeline.compose(parts, issue))
    assert room.alerts() == [f"alert-daily-2026-11-24-1-short-{number}" for number in (1, 2)]
    with pytest.raises(WrongStateError):
        pipeline.approve(parts, room.issue(), "Ada")


def test_an_alert_that_cannot_be_sent_is_tried_again_and_stops_nothing(make: Make) -> None:
    room = make('when_short = "quiet"', more=ALERTS)
    outbox = room.folder / "var/outbox"
    outbox.mkdir(parents=True)
    (outbox / "alert").write_text("no folder")
    room.at(START)
    assert room.at(DUE).state is IssueState.SENT
    (outbox / "alert").unlink()
    room.at(DUE + 2 * MINUTE)
    assert room.alerts() == []
    room.at(DUE + 6 * MINUTE)
    assert len(room.alerts()) == 2


def test_without_addresses_an_alert_is_a_line_in_the_log(
    make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    room = make()
    room.at(START)
    for minutes in range(3):
        room.at(DUE + minutes * MINUTE)
    told = capsys.readouterr()
    lines = [one for one in (told.out + told.err).splitlines() if "kind=short" in one]
    assert len(lines) == 1
    assert not (room.folder / "var/outbox/alert").exists()
