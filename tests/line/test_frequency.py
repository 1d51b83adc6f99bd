"""Ten days of an edition: who wants it less often gets it on their day, or the next that goes."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa

from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.model import Hand, IssueState, Overrides, Slot, SlotMode, StoryId
from digest.store import hands, issues
from digest.store.engine import reading, writing
from digest.store.tables import delivery, exclusion, story
from tests.line.newsroom import Folder
from tests.migrated import EVERYTHING

#: a Tuesday
FIRST = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)
FRIDAY, SATURDAY = date(2026, 11, 27), date(2026, 11, 28)

CONFIG = """
[[sources]]
name = "desk"
kind = "folder"
path = "desk"
[[editions]]
slug = "daily"
name = "Daily"
time = "06:00"
zone = "UTC"
weekdays = {weekdays}
  [[editions.sections]]
  take = "latest"
"""
READERS = """email,frequency,weekly_on,editions,consent_source
every@example.org,every,,daily,form
weekdays@example.org,weekdays,,daily,form
saturday@example.org,weekly,6,daily,form
"""
Make = Callable[..., App]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.part("postgres"))])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Makes the App of a newsroom whose one edition goes out on these weekdays."""

    def newsroom(*weekdays: str) -> App:
        (tmp_path / "desk").mkdir()
        (tmp_path / "config.toml").write_text(CONFIG.format(weekdays=list(weekdays)))
        told = {}
        if request.param == "postgres":
            told["database.url"] = request.getfixturevalue("postgres_url")(*EVERYTHING)
        app = App(load(tmp_path / "config.toml", told), SetClock(FIRST - 3 * DAY / 24))
        app.migrate()
        app.people.import_csv(BytesIO(READERS.encode()), now=app.clock.now(), actor="test")
        return app

    return newsroom


def live(
    app: App,
    folder: Path,
    *,
    days: int,
    missed: frozenset[date] = frozenset(),
    first: int = 0,
) -> None:
    """Let days pass, each with a story of its own; on those missed nothing runs in time."""
    assert isinstance(app.clock, SetClock)
    for number in range(first, first + days):
        due = FIRST + number * DAY
        told = f"title: Story {number}\ndate: {due - DAY / 8}\nurl: https://example.org/{number}/"
        (folder / "desk" / f"{number}.md").write_text(f"---\n{told}\n---\n\nText.\n")
        late = DAY / 4 if due.date() in missed else timedelta()
        for moment in (due - DAY / 12 + late, due + late):
            app.clock.at = moment
            app.tick()


def got(app: App) -> dict[str, list[date]]:
    """Reader → the dates of the issues they got, in order."""
    found: dict[str, list[date]] = {}
    for issue in sorted(app.newsroom.issues(50), key=lambda one: one.local_date):
        for file in (app.settings.sending.outbox / str(issue.id)).glob("*.eml"):
            mail = message_from_bytes(file.read_bytes(), policy=default)
            found.setdefault(str(mail["To"].addresses[0].username), []).append(issue.local_date)
    return found


def left_out(app: App) -> dict[date, dict[str, int]]:
    """Date of an issue that went out → who was left out, by reason; the audience adds up."""
    found = {}
    with reading(app.engine) as connection:
        for issue in issues.in_states(connection, {IssueState.SENT}):
            told = sa.select(exclusion.c.reason, exclusion.c.readers).where(
                exclusion.c.issue_id == issue.id
            )
            reasons = {row.reason: row.readers for row in connection.execute(told)}
            mailed = connection.scalar(
                sa.select(sa.func.count())
                .select_from(delivery)
                .where(delivery.c.issue_id == issue.id)
            )
            assert (mailed or 0) + sum(reasons.values()) == 3
            found[issue.local_date] = reasons
    return found


def dates(*days: int) -> list[date]:
    """The first is the first day, 24 November."""
    return [(FIRST + (day - 1) * DAY).date() for day in days]


EVERY = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def test_ten_days(make: Make, tmp_path: Path) -> None:
    app = make(*EVERY)
    live(app, tmp_path, days=10)
    assert got(app) == {
        "every": dates(*range(1, 11)),
        "weekdays": dates(1, 2, 3, 4, 7, 8, 9, 10),
        "saturday": [SATURDAY],
    }
    told = left_out(app)
    assert told[SATURDAY] == {"frequency": 1}
    assert told[SATURDAY + DAY] == {"frequency": 2}
    assert told[FRIDAY] == {"frequency": 1}


def test_a_missed_saturday_comes_on_sunday(make: Make, tmp_path: Path) -> None:
    app = make(*EVERY)
    live(app, tmp_path, days=10, missed=frozenset({SATURDAY}))
    assert got(app) == {
        "every": dates(1, 2, 3, 4, 6, 7, 8, 9, 10),
        "weekdays": dates(1, 2, 3, 4, 7, 8, 9, 10),
        "saturday": [SATURDAY + DAY],
    }
    left_out(app)


def test_a_missed_friday_comes_on_saturday(make: Make, tmp_path: Path) -> None:
    app = make(*EVERY)
    live(app, tmp_path, days=10, missed=frozenset({FRIDAY}))
    assert got(app) == {
        "every": dates(1, 2, 3, 5, 6, 7, 8, 9, 10),
        "weekdays": dates(1, 2, 3, 5, 7, 8, 9, 10),
        "saturday": [SATURDAY],
    }
    left_out(app)


def test_saturday_of_an_edition_that_rests_is_mondays(make: Make, tmp_path: Path) -> None:
    app = make(*EVERY[:5])
    live(app, tmp_path, days=10)
    assert got(app) == {
        "every": dates(1, 2, 3, 4, 7, 8, 9, 10),
        "weekdays": dates(1, 2, 3, 4, 7, 8, 9, 10),
        "saturday": [SATURDAY + 2 * DAY],
    }


def test_an_extra_issue_is_for_those_who_ticked_breaking(make: Make, tmp_path: Path) -> None:
    app = make(*EVERY)
    readers = b"email,breaking,editions,consent_source\nsaturday@example.org,yes,daily,form\n"
    app.people.import_csv(BytesIO(readers), now=app.clock.now(), actor="test")
    live(app, tmp_path, days=5)
    (tmp_path / "desk" / "extra.md").write_text(
        f"---\ntitle: Extra\ndate: {FIRST + 4 * DAY}\nurl: https://example.org/x/\n---\n\nText.\n"
    )
    noon = FIRST + 4 * DAY + DAY / 4
    assert isinstance(app.clock, SetClock)
    app.clock.at = noon
    extra = app.newsroom.open_extra("daily", None, "desk", reason="a flood")
    assert (extra.sequence, extra.local_date, extra.scheduled_at) == (2, SATURDAY, noon)
    app.tick()
    assert app.newsroom.issue(extra.id).state is IssueState.SENT
    mails = list((app.settings.sending.outbox / str(extra.id)).glob("*.eml"))
    assert len(mails) == 1
    assert got(app)["saturday"] == [SATURDAY, SATURDAY]
    with reading(app.engine) as connection:
        told = sa.select(exclusion.c.reason, exclusion.c.readers)
        left = connection.execute(told.where(exclusion.c.issue_id == extra.id)).all()
    assert [tuple(row) for row in left] == [("not_breaking", 2)]
    # It stands beside the others: the next one is whole, and due to whom it would be due anyway.
    app.clock.at = FIRST + 5 * DAY
    app.tick()
    assert got(app)["every"][-2:] == [SATURDAY, SATURDAY + DAY]
    (sunday,) = (one for one in app.newsroom.issues(9) if one.local_date == SATURDAY + DAY)
    assert "Extra" in app.newsroom.plain_mail(sunday)[1]


@pytest.mark.parametrize("make", ["sqlite"], indirect=True)
def test_why_tells_that_the_next_issue_is_not_theirs(make: Make, tmp_path: Path) -> None:
    app = make(*EVERY)
    live(app, tmp_path, days=2)
    folder = Folder(tmp_path)

    def told(who: str) -> str:
        command = ("subscribers", "why", f"{who}@example.org")
        return folder.run(*command, now=(FIRST + DAY + DAY / 4).isoformat()).stdout

    saturday = told("saturday")
    assert "wants: weekly on Saturday; stories: all; style: full" in saturday
    assert "not the next issue, 2026-11-26: frequency is weekly on Saturday" in saturday
    assert "not the next issue" not in told("weekdays")


def told(app: App, reader: str) -> list[list[int]]:
    """The numbers of the stories in each mail that a reader got, as they stand in it."""
    mails: dict[date, list[int]] = {}
    for issue in app.newsroom.issues(50):
        for file in (app.settings.sending.outbox / str(issue.id)).glob("*.eml"):
            mail = message_from_bytes(file.read_bytes(), policy=default)
            if str(mail["To"].addresses[0].username) == reader:
                text = mail.get_body(("plain",)).get_content()
                mails[issue.local_date] = [int(one) for one in re.findall(r"Story (\d+)", text)]
    return [mails[day] for day in sorted(mails)]


def test_each_reader_gets_what_came_since_their_own_last_issue(make: Make, tmp_path: Path) -> None:
    app = make("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    live(app, tmp_path, days=12)
    assert told(app, "every") == [[number] for number in range(12)]
    # their weekend comes on Monday; a section holds four stories, the best of the time
    assert told(app, "weekdays") == [[0], [1], [2], [3], [6, 5, 4], [7], [8], [9], [10]]
    assert told(app, "saturday") == [[4, 3, 2, 1], [11, 10, 9, 8]]


def test_what_an_editor_took_out_stays_out_of_the_roll_up(make: Make, tmp_path: Path) -> None:
    app = make("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    live(app, tmp_path, days=4)
    with writing(app.engine) as connection:
        named = sa.select(story.c.headline, story.c.id)
        keys = {row.headline: StoryId(row.id) for row in connection.execute(named)}
        for day, held in (
            (
                25,
                Hand(
                    placed=(
                        Slot(
                            section="latest",
                            position=0,
                            story=keys["Story 1"],
                            mode=SlotMode.REMOVED,
                        ),
                    )
                ),
            ),
            (26, Hand(overrides={keys["Story 2"]: Overrides(headline="Story 200")})),
        ):
            issue = issues.find(connection, "daily", date(2026, 11, day))
            assert issue is not None
            hands.write(connection, issue, held, "Ines", "edit", app.clock.now())
    live(app, tmp_path, days=1, first=4)
    assert told(app, "saturday") == [[4, 3, 200, 0]]
