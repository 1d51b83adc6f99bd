"""Who gets what through the whole line: pins for everyone, few variants, minima, languages."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa

from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.errors import NotFoundError, WrongStateError
from digest.model import Issue, IssueState, Level, SlotMode, StoryId
from digest.store.engine import reading
from digest.store.tables import story
from tests.line.newsroom import Folder
from tests.migrated import EVERYTHING

DUE = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
CONFIG = """
[regions.rules]
"Africa" = "africa"
"Europe" = "europe"
[topics.rules]
"Money" = "business"
"Health" = "health"
[[segments]]
name = "club"
filter = {{ tag = "club" }}
[[sources]]
name = "desk"
kind = "folder"
path = "desk"
[[editions]]
slug = "daily"
name = "Daily"
time = "06:00"
zone = "UTC"
{settings}
  [[editions.sections]]
  take = "picks"
  minimum = 2
  [[editions.sections]]
  take = "region"
  region = "africa"
  [[editions.sections]]
  take = "region"
  region = "europe"
  [[editions.sections]]
  take = "latest"
  title = "Club"
  segments = ["club"]
"""
STORIES = (
    ("Africa 1", "Africa, Money", "en"),
    ("Africa 2", "Africa, Health", "en"),
    ("Europe 1", "Europe, Money", "en"),
    ("Europe 2", "Europe, Health", "hi"),
    ("Elsewhere", "Sport", "en"),
)
READERS = """email,regions,topics,language,limit,tags,editions,consent_source
all@example.org,,,,,,daily,form
africa@example.org,africa,,,,,daily,form
money@example.org,africa;europe,business,,,,daily,form
health@example.org,europe,health,hi,,,daily,form
few@example.org,,,,5,club,daily,form
nowhere@example.org,americas,,,,,daily,form
"""
Make = Callable[..., App]


BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.part("postgres"))]


@pytest.fixture(params=["sqlite"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Makes a newsroom an hour before its first issue, its stories gathered."""

    def newsroom(settings: str = "") -> App:
        (tmp_path / "desk").mkdir()
        for number, (headline, categories, language) in enumerate(STORIES):
            told = (
                f"title: {headline}\nurl: https://example.org/{number}/\nlanguage: {language}\n"
                f"categories: [{categories}]\ndate: {DUE - timedelta(hours=2 + number)}"
            )
            (tmp_path / "desk" / f"{number}.md").write_text(f"---\n{told}\n---\n\nText.\n")
        (tmp_path / "config.toml").write_text(CONFIG.format(settings=settings))
        told_too = {}
        if request.param == "postgres":
            told_too["database.url"] = request.getfixturevalue("postgres_url")(*EVERYTHING)
        app = App(load(tmp_path / "config.toml", told_too), SetClock(DUE - timedelta(hours=1)))
        app.migrate()
        app.people.import_csv(BytesIO(READERS.encode()), now=app.clock.now(), actor="test")
        app.tick()
        return app

    return newsroom


def sent(app: App) -> Issue:
    """The issue, once it went out."""
    assert isinstance(app.clock, SetClock)
    app.clock.at = DUE
    app.tick()
    (issue,) = [one for one in app.newsroom.issues(5) if one.state is IssueState.SENT]
    return issue


def mails(app: App, issue: Issue) -> dict[str, list[str]]:
    """Reader → the headlines in their mail, as they stand in it."""
    found = {}
    for file in (app.settings.sending.outbox / str(issue.id)).glob("*.eml"):
        mail = message_from_bytes(file.read_bytes(), policy=default)
        text = mail.get_body(("plain",)).get_content()
        numbers = re.findall(r"https://example\.org/(\d)/", text)
        found[str(mail["To"].addresses[0].username)] = [STORIES[int(one)][0] for one in numbers]
    return found


def number(app: App, headline: str) -> StoryId:
    with reading(app.engine) as connection:
        found = connection.scalar(sa.select(story.c.id).where(story.c.headline == headline))
    assert found is not None
    return StoryId(found)


def test_each_reader_their_own_and_never_next_to_nothing(make: Make) -> None:
    app = make()
    found = mails(app, sent(app))
    assert found["all"] == ["Africa 1", "Africa 2", "Europe 1", "Europe 2"]
    assert found["money"] == ["Africa 1", "Europe 1"]
    assert found["few"] == ["Africa 1", "Africa 2", "Europe 1", "Europe 2", "Elsewhere"]
    assert "nowhere" not in found


def test_a_reader_minimum_leaves_out_who_would_get_less(make: Make) -> None:
    app = make("reader_minimum = 2")
    assert app.newsroom.send_plan("daily").left_out == {"too_few": 2}
    assert mails(app, sent(app)).keys() == {"all", "africa", "money", "few"}


@pytest.mark.parametrize("make", BOTH, indirect=True)
def test_what_is_pinned_for_everyone_is_in_every_mail(make: Make) -> None:
    app = make("reader_minimum = 2")
    key, room = number(app, "Elsewhere"), app.newsroom
    slot = room.pin_plan("daily", key, everyone=True)
    assert (slot.section, slot.mode) == ("picks", SlotMode.EVERYONE)
    issue = room.pin("daily", slot, "Ines")
    _, why = room.why("daily", key)
    assert why.reasons == ("picks 1: an editor placed it, for every reader",)
    found = mails(app, sent(app))
    assert found.pop("few") == ["Elsewhere", "Africa 1", "Africa 2", "Europe 1", "Europe 2"]
    assert found["nowhere"] == ["Elsewhere"]
    assert all(held[0] == "Elsewhere" and held.count("Elsewhere") == 1 for held in found.values())
    assert len(found) == 5
    (told,) = room.desk.history(issue.id)
    assert (told.who, told.what) == ("Ines", "pin")
    assert told.changes == ("“Elsewhere”: by rule → pinned for everyone in picks at 1",)
    with pytest.raises(NotFoundError):
        room.pin_plan("daily", key, "pics")


def test_a_pin_is_taken_back_and_takes_an_approval_back(make: Make) -> None:
    app = make('approval = "required"')
    key, room = number(app, "Europe 2"), app.newsroom
    room.pin("daily", room.pin_plan("daily", key, "region-africa"), "Ines")
    _, content = room.next_issue("daily")
    assert content.cards[0].headline == "Europe 2"
    issue = room.unpin("daily", key, "Ines")
    with pytest.raises(NotFoundError):
        room.unpin("daily", key, "Ines")
    with pytest.raises(WrongStateError):
        room.pin_plan("daily", key, "latest", everyone=True)
    assert room.approve(issue.id, "Ines").state is IssueState.APPROVED
    issue = room.pin("daily", room.pin_plan("daily", key), "Otto")
    assert issue.state is IssueState.REVIEW
    assert issue.reason == "changed after it was approved"


def test_pins_by_command(make: Make, tmp_path: Path) -> None:
    app = make()
    folder, key = Folder(tmp_path), str(number(app, "Elsewhere"))
    now = app.clock.now().isoformat()
    command = ("pin", key, "--section", "region-africa", "--place", "2", "--everyone")
    told = folder.run(*command, now=now).stdout
    assert told == (
        f"daily: story {key} stands in region-africa 2, an editor placed it, for every reader\n"
    )
    _, content = app.newsroom.next_issue("daily")
    (africa,) = [one for one in content.sections if one.slug == "region-africa"]
    assert [card.headline for card in africa.cards] == ["Africa 1", "Elsewhere", "Africa 2"]


@pytest.mark.parametrize(("most", "variants"), [(10, 5), (4, 4), (1, 2)])
def test_few_variants(make: Make, most: int, variants: int) -> None:
    app = make(f"max_variants = {most}")
    plan = app.newsroom.send_plan("daily")
    (finding,) = [
        one for one in app.newsroom.preflight(app.newsroom.issues(1)[0]) if one.check == "variants"
    ]
    issue = sent(app)
    found = mails(app, issue)
    assert plan.variants == app.newsroom.variant_count(issue) == variants
    assert plan.messages == len(found) == 5
    assert all(found.values())
    assert all(len(held) == len(set(held)) for held in found.values())
    assert issue.reason == plan.coarsened
    if most >= 5:
        assert (plan.coarsened, finding.level) == ("", Level.PASS)
    else:
        assert (finding.why, finding.level) == (plan.coarsened, Level.WARN)
        assert f"max_variants is {most}" in plan.coarsened
        assert ("cannot be" in plan.coarsened) == (variants > most)


def test_an_edition_in_two_languages(make: Make) -> None:
    app = make('languages = ["en", "hi"]')
    found = mails(app, sent(app))
    assert found["all"] == ["Africa 1", "Africa 2", "Europe 1"]
    assert found["health"] == ["Europe 2"]
