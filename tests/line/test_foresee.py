"""A reader's page foretells what they then get, and shows nothing that is still the desk's."""

import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from digest import bundled, sample
from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.desk.actions import Edit, Remove
from digest.model import ParsedStory, StoryId
from digest.schedule.days import EVERY_DAY
from digest.steps.add import add
from digest.steps.foresee import FRESH, Foreseen
from digest.store.engine import writing
from digest.store.tables import story

START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    shutil.copy(bundled.sample_config(), tmp_path / "config.toml")
    made = App(load(tmp_path / "config.toml"), SetClock(START))
    made.migrate()
    sample.write(tmp_path / "var/sample", START, "http://127.0.0.1:8000/sample")
    with sample.subscribers().open("rb") as stream:
        made.people.import_csv(stream, now=START, actor="test")  # type: ignore[arg-type]
    made.tick()
    yield made
    made.engine.dispose()


def headlines(app: App, who: int, edition: str = "morning") -> list[str]:
    told = Foreseen(app.parts).parts(edition, who)
    return [one.headline for part in told for one in part.stories]


def at(app: App, moment: datetime) -> None:
    assert isinstance(app.clock, SetClock)
    app.clock.at = moment
    app.tick()


def story_id(app: App, headline: str) -> StoryId:
    with app.engine.connect() as connection:
        found = connection.scalar(sa.select(story.c.id).where(story.c.headline == headline))
    assert found is not None
    return StoryId(found)


def test_what_is_foretold_is_what_comes(app: App) -> None:
    everybody = [one.subscriber for one in app.people.readers("morning", (), (), EVERY_DAY, START)]
    before = {who: headlines(app, who) for who in everybody}
    assert len({tuple(told) for told in before.values()}) > 3, "readers differ"
    at(app, DUE)
    (issue,) = (one for one in app.newsroom.issues(9) if one.edition == "morning" and one.sent_at)
    compared = 0
    for file in (app.settings.sending.outbox / str(issue.id)).glob("*.eml"):
        mail = message_from_bytes(file.read_bytes(), policy=default)
        who = app.people.by_address(mail["To"].addresses[0].addr_spec)
        text = mail.get_body(("plain",))
        assert who is not None
        assert text is not None
        said = " ".join(text.get_content().split())
        places = [said.find(" ".join(headline.split())) for headline in before[who]]
        assert -1 not in places
        compared += len(places)
    assert compared > 50


def test_when_issues_go_and_which_days_they_answer_for(app: App) -> None:
    told = Foreseen(app.parts).coming("africa-brief", START + timedelta(days=8))
    assert [sorted(one.days) for one in told] == [[2], [3], [4], [5], [1, 6, 7], [2]]
    assert [one.at for one in told] == sorted({one.at for one in told})


def test_the_desks_words_wait_for_approval(app: App) -> None:
    newsroom = app.newsroom
    first = headlines(app, 1)
    key = story_id(app, first[0])
    newsroom.pin("morning", newsroom.pin_plan("morning", key, everyone=True), "Ines")
    rewritten = Edit(key, {"headline": "As the desk would have it"})
    newsroom.desk.edit(newsroom.upcoming("morning").id, None, "Ines", rewritten)
    assert headlines(app, 1) == first
    newsroom.approve(newsroom.upcoming("morning").id, "Ines")
    assert "As the desk would have it" in headlines(app, 1)


def test_what_the_desk_took_out_shows_no_more(app: App) -> None:
    first = headlines(app, 1)
    issue, _ = app.newsroom.next_issue("morning")
    app.newsroom.desk.edit(issue.id, issue.revision, "Ines", Remove(story_id(app, first[0])))
    assert first[0] not in headlines(app, 1)


def test_what_editors_added_waits_for_approval(app: App) -> None:
    url = "https://elsewhere.example/one"
    own = ParsedStory(aliases=(), url=url, headline="Our own find", standfirst="More.")
    add(app.parts, own, ["morning"])
    at(app, START + timedelta(minutes=20))
    assert "Our own find" in {
        one.headline for one in app.newsroom.content(app.newsroom.upcoming("morning")).cards
    }
    assert "Our own find" not in headlines(app, 1)
    app.newsroom.approve(app.newsroom.upcoming("morning").id, "Ines")
    assert "Our own find" in headlines(app, 1)


def test_what_is_not_out_yet_does_not_show(app: App) -> None:
    first = headlines(app, 1)
    late = {"published_at": (START + timedelta(days=1)).isoformat()}
    with writing(app.engine) as connection:
        row = connection.execute(sa.select(story).where(story.c.headline == first[0])).one()
        connection.execute(
            sa.update(story).where(story.c.id == row.id).values(content=row.content | late)
        )
    assert first[0] not in headlines(app, 1)


def test_a_look_is_cheap_for_a_while(app: App) -> None:
    foreseen, asked = Foreseen(app.parts), list[str]()
    sa.event.listen(app.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    foreseen.parts("morning", 1)
    once = len(asked)
    asked.clear()
    foreseen.parts("morning", 2)
    assert len(asked) < once
    assert not any(re.search(r"\bFROM story\b", one) for one in asked)
    # and is anew after that
    assert isinstance(app.clock, SetClock)
    app.clock.at += FRESH
    asked.clear()
    foreseen.parts("morning", 2)
    assert any(re.search(r"\bFROM story\b", one) for one in asked)


def test_many_at_once_compose_once(app: App) -> None:
    asked = list[str]()
    sa.event.listen(app.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))

    def composing() -> int:
        """How often stories were asked for: who composes does, who finds it made does not."""
        found = sum(bool(re.search(r"\bFROM story\b", one)) for one in asked)
        asked.clear()
        return found

    Foreseen(app.parts).parts("morning", 1)
    once = composing()
    assert once
    foreseen = Foreseen(app.parts)
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: foreseen.parts("morning", 1), range(16)))
    assert composing() == once
    assert all(one == told[0] for one in told)


def test_nothing_is_stored(app: App) -> None:
    with app.engine.connect() as connection:
        tables = sa.inspect(connection).get_table_names()
        count = {name: sa.select(sa.func.count()).select_from(sa.table(name)) for name in tables}
        before = {name: connection.scalar(query) for name, query in count.items()}
    Foreseen(app.parts).coming("morning", START + timedelta(days=9))
    headlines(app, 1)
    headlines(app, 1, "africa-brief")
    with app.engine.connect() as connection:
        assert {name: connection.scalar(query) for name, query in count.items()} == before


def test_a_page_shows_the_latest_issue_that_went(app: App) -> None:
    site = TestClient(app.pages.sites()[0].site, base_url="http://127.0.0.1:8000")
    page = app.people.preferences_path(1, START)
    assert "see the latest issue" not in site.get(page).text
    at(app, DUE)
    at(app, DUE + FRESH)
    (issue,) = (one for one in app.newsroom.issues(20) if one.edition == "morning" and one.sent_at)
    link = r'<a href="\.\.(/v/[^"]+)">Meridian Morning: see the latest'
    found = re.search(link, site.get(page).text)
    assert found
    copy = site.get(found[1])
    assert copy.status_code == 200
    assert "For our supporters" not in copy.text
    assert any(card.headline in copy.text for card in app.newsroom.content(issue).cards)
    # One that is for some alone is shown to nobody here.
    slug = "morning"
    closed = replace(app.parts.editions[slug], segments=frozenset({"africa"}))
    parts = replace(app.parts, editions={**app.parts.editions, slug: closed})
    assert Foreseen(parts).sample(slug, "en") is None
    assert Foreseen(app.parts).sample(slug, "en") is not None
