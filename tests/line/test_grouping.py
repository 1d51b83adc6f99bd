"""Copies, folds and updates through the line: told once, offered as more, sent again when new."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.desk.actions import Pin
from digest.model import (
    ParsedStory,
    PickOrigin,
    StoryId,
    StoryState,
    VariantContent,
)
from digest.steps import events as decisions
from digest.store import added, stories, windows
from digest.store.engine import writing
from digest.store.events import Decision
from digest.store.windows import SeenReason
from tests.curate.test_copies import LEAD, MORE
from tests.making import NOW, gathered, parsed

CONFIG = """
[[sources]]
name = "wire"
title = "The Wire"
kind = "folder"
path = "wire"

[[sources]]
name = "site"
kind = "folder"
path = "site"
usage = "own"

[[editions]]
slug = "daily"
name = "Daily"
time = "06:30"

  [[editions.sections]]
  take = "latest"
  maximum = 4
"""
QUAKE = "Strong earthquake shakes the island of Talao, at least 12 dead in the harbour town"
AGAIN = "Earthquake shakes the island of Talao: at least 12 dead in the harbour town"
HOUR = timedelta(hours=1)


@pytest.fixture
def app(tmp_path: Path) -> App:
    """A newsroom of two sources, at 06:00."""
    for name in ("wire", "site"):
        (tmp_path / name).mkdir()
    (tmp_path / "config.toml").write_text(CONFIG)
    made = App(load(tmp_path / "config.toml", {}), SetClock(NOW))
    made.migrate()
    return made


def bring(app: App, *told: ParsedStory, source: str = "wire") -> tuple[StoryId, ...]:
    with writing(app.engine) as connection:
        kept = stories.keep(connection, gathered(*told, source=source), app.clock.now())
    return kept.new or kept.updated


def content(app: App) -> VariantContent:
    return app.newsroom.next_issue("daily")[1]


def headlines(app: App) -> list[str]:
    return [card.headline for card in content(app).cards]


def test_a_copy_stands_once_and_the_other_says_why(app: App) -> None:
    (wire,) = bring(app, parsed(1, headline="Westhaven closes its grain quay", text=LEAD + MORE))
    (own,) = bring(app, parsed(2, headline="Last boats leave", text=MORE), source="site")
    assert headlines(app) == ["Last boats leave"], "own reporting ranks higher"
    _, why = app.newsroom.why("daily", wire)
    assert (why.section, why.reasons) == ("", (f"a copy of story {own}, which stands for it",))
    _, why = app.newsroom.why("daily", own)
    assert why.section == "latest"
    assert why.reasons[0] == f"stands for copies of it: {wire}"


def test_reports_of_one_event_fold_and_editors_part_them(app: App) -> None:
    one, two = bring(app, parsed(1, headline=QUAKE), parsed(2, 2, headline=AGAIN))
    bring(app, parsed(3, headline="Museum buys the lost diary of a polar explorer at auction"))
    (card,) = [card for card in content(app).cards if card.story in {one, two}]
    assert [(more.headline, more.source) for more in card.more] == [(AGAIN, "The Wire")]
    _, why = app.newsroom.why("daily", two)
    assert why.reasons == (f"latest: told by story {one} in latest",)
    decisions.decide(app.parts, one, two, Decision.SPLIT, "ann")
    assert set(headlines(app)) >= {QUAKE, AGAIN}
    decisions.forget(app.parts, one, two)
    assert not set(headlines(app)) >= {QUAKE, AGAIN}


def sent(app: App, *keys: StoryId, at: datetime = NOW) -> None:
    with writing(app.engine) as connection:
        known = {key: stories.get(connection, [key])[key].version for key in keys}
        windows.mark_seen(connection, "daily", known, SeenReason.SENT, at)


def test_a_story_already_sent_returns_only_as_an_update(app: App) -> None:
    first = parsed(1, headline=QUAKE, text=LEAD)
    (key,) = bring(app, first)
    sent(app, key)
    assert isinstance(app.clock, SetClock)
    app.clock.at = NOW + HOUR
    bring(app, replace(first, headline=QUAKE + " hall"))
    assert headlines(app) == []
    _, why = app.newsroom.why("daily", key)
    assert "it changed since, but too little to be sent again" in why.reasons
    bring(app, replace(first, headline="Aid reaches Talao by boat", text=LEAD + MORE))
    (card,) = content(app).cards
    assert (card.headline, card.update) == ("Aid reaches Talao by boat", True)
    app.clock.at = NOW + 2 * HOUR
    sent(app, key, at=NOW + HOUR)
    assert headlines(app) == []


def test_a_copy_of_what_was_sent_is_no_news(app: App) -> None:
    (key,) = bring(app, parsed(1, headline="Westhaven closes its grain quay", text=LEAD + MORE))
    sent(app, key)
    (copy,) = bring(app, parsed(2, headline="Last boats leave", text=LEAD + MORE), source="site")
    assert headlines(app) == []
    _, why = app.newsroom.why("daily", copy)
    assert why.reasons == (f"a copy of story {key}, which was sent",)


def test_the_same_store_gives_the_same_issue(app: App) -> None:
    bring(app, *(parsed(n, headline=f"{QUAKE} {n % 3}", text=LEAD) for n in range(1, 20)))
    issue, one = app.newsroom.next_issue("daily")
    again = App(app.settings, SetClock(app.clock.now()))
    assert again.newsroom.next_issue("daily") == (issue, one)


def test_a_pinned_story_that_its_publisher_took_back_is_not_carried(app: App) -> None:
    one, _ = bring(app, parsed(1, headline=QUAKE), parsed(2, headline="Ferry fares rise"))
    issue, _ = app.newsroom.next_issue("daily")
    app.newsroom.desk.edit(issue.id, issue.revision, "Ines", Pin(story=one))
    assert headlines(app)[0] == QUAKE
    bring(app, parsed(1, headline=QUAKE, state=StoryState.WITHDRAWN))
    assert headlines(app) == ["Ferry fares rise"]


def test_a_copy_of_an_archive_that_nobody_was_sent_is_news(app: App) -> None:
    (old,) = bring(app, parsed(1, headline="Westhaven closes its grain quay", text=LEAD + MORE))
    with writing(app.engine) as connection:
        windows.mark_seen(connection, "daily", {old: 1}, SeenReason.FIRST_GATHER, NOW)
    bring(app, parsed(2, headline="Last boats leave", text=LEAD + MORE), source="site")
    assert headlines(app) == ["Last boats leave"]
    _, why = app.newsroom.why("daily", old)
    assert why.reasons == ("old news when its source was first read",)


def test_what_an_editor_added_by_hand_is_no_further_teller(app: App) -> None:
    (key,) = bring(app, parsed(1, headline=QUAKE))
    bring(app, parsed(1, headline=QUAKE, pick=PickOrigin.DESK), source=added.carrier())
    _, why = app.newsroom.why("daily", key)
    assert "pick 2.00" in why.reasons[0]
    assert "sources" not in why.reasons[0]
