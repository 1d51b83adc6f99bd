"""What editors ask of one issue: the pages of the desk put their questions and acts here."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from digest.config import Settings
from digest.curate.arrange import merged
from digest.curate.correct import About
from digest.desk.actions import Action, Restore
from digest.errors import InvalidError, NotFoundError
from digest.model import (
    Interest,
    Issue,
    IssueId,
    Reject,
    StoryId,
    SubscriberId,
)
from digest.preview.preview import Preview
from digest.steps import choose, compose, curate, desk, events
from digest.steps.add import Added, add
from digest.steps.edit import edit, editable
from digest.steps.history import Told, history
from digest.steps.parts import Parts
from digest.steps.preview import preview
from digest.store import edition_overrides, issues
from digest.store.engine import reading, writing
from digest.store.events import Decision

Whom: TypeAlias = Interest | SubscriberId | None


@dataclass(frozen=True, slots=True)
class Editing:
    """One issue after the other, as those who edit it see it."""

    parts: Parts
    settings: Settings

    def now(self) -> datetime:
        """The time by which all of it is reckoned."""
        return self.parts.clock.now()

    @property
    def source_names(self) -> Mapping[str, str]:
        """What each source is called."""
        names = self.parts.names("en")
        return {name: names.get(f"source/{name}") or name for name in self.parts.sources}

    def when(self, issue: Issue) -> str:
        """When it is due, by the clock of its edition."""
        return desk.due(self.parts, issue)

    def name(self, issue: Issue) -> str:
        """What its edition is called."""
        edition = self.parts.editions.get(issue.edition)
        return edition.name if edition else issue.edition

    def issue(self, issue_id: IssueId) -> Issue:
        """The issue with this number. Raises NotFoundError."""
        with reading(self.parts.engine) as connection:
            return issues.get(connection, issue_id)

    def locks_at(self, issue: Issue) -> datetime | None:
        """When its content is fixed; None for an edition that is no more."""
        edition = self.parts.editions.get(issue.edition)
        if edition is None:
            return None
        return issue.scheduled_at - timedelta(minutes=edition.lock_minutes)

    def editable(self, issue: Issue) -> bool:
        """Whether its content may still change."""
        return issue.edition in self.parts.editions and editable(issue)

    def table(self, issue_id: IssueId) -> desk.Table:
        """All of an issue. Raises NotFoundError."""
        return desk.table(self.parts, issue_id)

    def sheet(self, on: desk.Table, story: StoryId) -> desk.Sheet:
        """One story of it. Raises NotFoundError."""
        return desk.sheet(self.parts, on, story)

    def sent_in(self, keys: Collection[StoryId]) -> Mapping[StoryId, tuple[tuple[str, int], ...]]:
        """Which stories readers had already: story → (edition, issue)."""
        return desk.sent_in(self.parts, keys)

    def edit(self, issue_id: IssueId, seen: int, who: str, action: Action | Restore) -> Issue:
        """Do what an editor decided upon revision ``seen``.

        Raises ConflictError where it changed since, NotFoundError, InvalidError, WrongStateError.
        """
        return edit(self.parts, issue_id, seen, who, action)

    def fill(self, issue: Issue) -> Issue:
        """Take in what came since it was last filled."""
        return compose.compose(self.parts, issue)

    def news(self, issue_id: IssueId, seen: int) -> desk.News:
        """What changed since revision ``seen``. Raises NotFoundError."""
        return desk.news(self.parts, issue_id, seen)

    def outcome(self, issue_id: IssueId, revision: int, story: StoryId | None) -> str:
        """What the act that led to a revision came to, in a line."""
        return desk.outcome(self.parts, issue_id, revision, story)

    def history(self, issue_id: IssueId) -> list[Told]:
        """What editors did to it, newest first. Raises NotFoundError."""
        with reading(self.parts.engine) as connection:
            return history(connection, issues.get(connection, issue_id))

    def correct(self, story: StoryId, chosen: Mapping[About, Collection[str]], who: str) -> None:
        """Decide where a story plays or what it is about, for good. Raises NotFoundError."""
        curate.correct(self.parts, story, chosen, who)

    def pair(self, one: StoryId, other: StoryId, decision: Decision, who: str) -> None:
        """Say that two stories tell of one event, or do not. Raises NotFoundError."""
        events.decide(self.parts, one, other, decision, who)

    def add(self, url: str, edition: str) -> Added:
        """Bring in a story from its address, as an editor's pick.

        Raises InvalidError where the page tells none, and WrongStateError for one held back.
        """
        from digest.sources.build import read_story  # keeps parsers out of what needs none

        found = read_story(self.settings, url, self.now())
        if isinstance(found, Reject):
            raise InvalidError(
                f"this page tells no story that can be used: {found.detail or found.reason}"
            )
        return add(self.parts, found, [edition])

    def preview(self, issue: Issue, whom: Whom = None) -> Preview:
        """The mail as some readers would get it, filled as of now; None: the whole issue."""
        return preview(self.parts, issue, self.when(issue), whom)

    def look(self, issue: Issue, whom: Whom = None) -> Preview:
        """The same of the issue as it was last filled: what its editors see and approve."""
        draft = compose.stored(self.parts, issue)
        return preview(self.parts, issue, self.when(issue), whom, draft)

    def readers(self, issue: Issue, segment: str) -> int:
        """How many readers of the issue's edition are in a segment. Raises NotFoundError."""
        if segment not in self.parts.audience.segments:
            raise NotFoundError(f"there is no segment {segment!r}")
        days = choose.days(self.parts, issue)
        found = self.parts.audience.readers(
            issue.edition, [segment], (), days, self.now(), extra=issue.extra
        )
        return sum(1 for _ in found)

    def keep_sections(self, issue_id: IssueId, who: str) -> None:
        """Let every issue of the edition show its sections as this one. Raises NotFoundError."""
        on = self.table(issue_id)
        mine = on.draft.hand.sections
        with writing(self.parts.engine) as connection:
            had = edition_overrides.kept(connection, on.issue.edition)
            sections = self.parts.edition(on.issue.edition).sections
            changes = merged(sections, had, mine)
            edition_overrides.keep(connection, on.issue.edition, changes, who, self.now())
