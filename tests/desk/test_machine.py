"""Any run of refreshes, acts and restores, through the real database: what editors said stays.

The suite tries a few runs; DIGEST_FUZZ says how many otherwise.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.desk.actions import Action, Edit, Note, Pin, Release, Remove, Restore, Subject
from digest.errors import ConflictError, NotFoundError
from digest.model import Hand, Issue, Overrides, StoryId
from digest.steps import compose
from digest.store import drafts, issues, stories
from digest.store.engine import reading, writing
from tests.making import NOW, gathered, parsed

CONFIG = """
[[sources]]
name = "wire"
kind = "folder"
path = "wire"
[[editions]]
slug = "daily"
name = "Daily"
time = "06:30"
zone = "UTC"
  [[editions.sections]]
  title = "First"
  take = "latest"
  maximum = 3
  [[editions.sections]]
  title = "Then"
  take = "latest"
  maximum = 3
"""
SECTIONS = ("latest", "latest-2")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.part("postgres"))])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> App:
    (tmp_path / "wire").mkdir()
    (tmp_path / "config.toml").write_text(CONFIG)
    told = {}
    if request.param == "postgres":
        told["database.url"] = request.getfixturevalue("postgres_url")()
    made = App(load(tmp_path / "config.toml", told), SetClock(NOW))
    made.migrate()
    return made


def bring(app: App, number: int, version: int = 0) -> StoryId:
    told = parsed(number, headline=f"Matter {number} number {version}", standfirst="", text="")
    with writing(app.engine) as connection:
        kept = stories.keep(connection, gathered(told), app.clock.now())
    return next(iter((*kept.new, *kept.updated, *kept.unchanged)))


def opened(app: App) -> Issue:
    issue = app.newsroom.open_extra("daily", None, "test")
    return compose.compose(app.parts, issue)


class Desk(RuleBasedStateMachine):
    """Stories come and change, editors act; the model is plain dictionaries."""

    app: App

    @initialize()
    def begin(self) -> None:
        self.clock().at = NOW
        self.known = [bring(self.app, number) for number in range(6)]
        self.issue = opened(self.app)
        self.written: dict[StoryId, str] = {}
        self.out: set[StoryId] = set()
        self.pinned: set[StoryId] = set()
        self.past: dict[int, tuple[dict[StoryId, str], set[StoryId], set[StoryId], Hand]] = {}
        self.remember()

    def clock(self) -> SetClock:
        assert isinstance(self.app.clock, SetClock)
        return self.app.clock

    def remember(self) -> None:
        now = (dict(self.written), set(self.out), set(self.pinned), self.hand())
        self.past[self.issue.revision] = now

    def hand(self) -> Hand:
        return compose.stored(self.app.parts, self.issue).hand

    def act(self, action: Action | Restore) -> None:
        seen = self.issue.revision
        self.issue = self.app.newsroom.desk.edit(self.issue.id, seen, "Ines", action)

    @rule(number=st.integers(0, 12), version=st.integers(0, 2))
    def refresh(self, number: int, version: int) -> None:
        before = self.hand()
        self.clock().at += timedelta(seconds=1)
        key = bring(self.app, number, version)
        if key not in self.known:
            self.known.append(key)
        self.issue = compose.compose(self.app.parts, self.issue)
        assert self.hand() == before, "a refresh changes nothing that editors said"
        self.remember()

    @rule(at=st.integers(0, 11), section=st.sampled_from(SECTIONS), place=st.integers(1, 4))
    def pin(self, at: int, section: str, place: int) -> None:
        story = self.known[at % len(self.known)]
        self.act(Pin(story=story, section=section, place=place))
        self.pinned.add(story)
        self.out.discard(story)
        self.remember()

    @rule(at=st.integers(0, 11))
    def remove(self, at: int) -> None:
        story = self.known[at % len(self.known)]
        self.act(Remove(story))
        self.out.add(story)
        self.pinned.discard(story)
        self.remember()

    @rule(at=st.integers(0, 11))
    def release(self, at: int) -> None:
        story = self.known[at % len(self.known)]
        if story not in self.out | self.pinned:
            with pytest.raises(NotFoundError):
                self.act(Release(story))
            return
        self.act(Release(story))
        self.out.discard(story)
        self.pinned.discard(story)
        self.remember()

    @rule(at=st.integers(0, 11), text=st.sampled_from(["Better", "Shorter", None]))
    def write(self, at: int, text: str | None) -> None:
        story = self.known[at % len(self.known)]
        self.act(Edit(story, {"headline": text}))
        self.written.pop(story, None)
        if text is not None:
            self.written[story] = text
        self.remember()

    @rule(text=st.sampled_from(["", "Boats", "Trains"]))
    def subject(self, text: str) -> None:
        self.act(Subject(text))
        self.remember()

    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        revision = data.draw(st.sampled_from(sorted(self.past)))
        written, out, pinned, hand = self.past[revision]
        self.act(Restore(revision))
        assert self.hand() == hand, "exactly what editors had said then"
        self.written, self.out, self.pinned = dict(written), set(out), set(pinned)
        self.remember()

    @rule()
    def be_late(self) -> None:
        with pytest.raises(ConflictError) as caught:
            self.app.newsroom.desk.edit(
                self.issue.id, self.issue.revision - 1, "Otto", Note("Late")
            )
        assert caught.value.revision == self.issue.revision

    @invariant()
    def all_holds(self) -> None:
        with reading(self.app.engine) as connection:
            issue = issues.get(connection, self.issue.id)
            draft = drafts.of(connection, issue.id)
            kept = self.app.parts.pools.draft(connection, issue)
            own = stories.headlines(connection, self.known)
        assert issue == self.issue
        assert kept == draft, "what is remembered is what is stored"
        assert drafts.content_hash(draft) == issue.content_hash
        shown = [slot.story for slot in draft.slots if slot.mode != "removed"]
        assert len(shown) == len(set(shown)), "no story twice"
        assert self.pinned <= set(shown)
        assert not self.out & set(shown)
        wanted = {key: Overrides(headline=text) for key, text in self.written.items()}
        assert draft.hand.overrides == wanted
        assert not set(own.values()) & {"Better", "Shorter"}, "the story itself never changes"


def test_what_editors_said_stays(app: App) -> None:
    class Machine(Desk):
        pass

    Machine.app = app
    few = settings(
        max_examples=int(os.environ.get("DIGEST_FUZZ", "5")),
        stateful_step_count=14,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Machine, settings=few)  # type: ignore[no-untyped-call]


def test_of_two_who_act_at_once_one_wins(app: App) -> None:
    keys = [bring(app, number) for number in range(6)]
    issue = opened(app)
    for turn in range(3):
        seen = app.newsroom.issue(issue.id).revision

        def act(who: str, seen: int = seen, turn: int = turn) -> str | ConflictError:
            text = f"{who} {turn}"
            try:
                app.newsroom.desk.edit(issue.id, seen, who, Edit(keys[0], {"headline": text}))
            except ConflictError as error:
                return error
            return text

        with ThreadPoolExecutor(3) as pool:
            found = list(pool.map(act, ("Ines", "Otto", "Ann")))
        done = [one for one in found if isinstance(one, str)]
        late = [one for one in found if isinstance(one, ConflictError)]
        assert len(done) == 1, done
        assert [(one.revision, one.who) for one in late] == [(seen + 1, done[0].split()[0])] * 2
        assert all(done[0] in one.changes[0] for one in late)
        over = compose.stored(app.parts, issue).hand.overrides
        assert over == {keys[0]: Overrides(headline=done[0])}
    told = app.newsroom.desk.history(issue.id)
    assert len(told) == 3
    assert told[-1].changes == (
        f"“Matter 0 number 0”: headline as it was told → “{told[-1].who} 0”",
    )


def test_the_pool_is_written_only_when_it_changed(app: App) -> None:
    key = bring(app, 0)
    issue = opened(app)
    was = issue.pool_revision
    issue = app.newsroom.desk.edit(issue.id, issue.revision, "Ines", Subject("Boats"))
    issue = app.newsroom.desk.edit(issue.id, issue.revision, "Ines", Remove(key))
    assert (issue.pool_revision, issue.revision) == (was, was + 2)
    bring(app, 1)
    assert isinstance(app.clock, SetClock)
    app.clock.at += timedelta(seconds=1)
    issue = compose.compose(app.parts, issue)
    assert issue.pool_revision == issue.revision == was + 3
    assert app.newsroom.desk.changes(issue.id, was) == [
        "new: “Matter 1 number 0”; gone: “Matter 0 number 0”",
        "“Matter 0 number 0”: by rule → taken out; subject: as it was told → “Boats”",
    ]


def test_an_edit_takes_the_approval_back(app: App) -> None:
    bring(app, 0)
    issue = opened(app)
    issue = app.newsroom.approve(issue.id, "Ines")
    issue = app.newsroom.desk.edit(issue.id, issue.revision, "Otto", Subject("Boats"))
    assert issue.state != "approved"
    assert "after it was approved" in issue.reason
