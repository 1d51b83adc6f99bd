"""What editors ask of an issue: to look at it, to act upon it, to know what was done."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

from digest import steps
from digest.errors import NotFoundError
from digest.model import (
    Candidate,
    Draft,
    Edition,
    Erratum,
    Interest,
    Issue,
    IssueId,
    ParsedStory,
    Reject,
    SectionChange,
    StoredStory,
    StoryId,
    SubscriberId,
    VariantContent,
)
from digest.store import issues
from digest.store.engine import reading

if TYPE_CHECKING:
    from digest.curate.correct import About
    from digest.desk.actions import Action, Restore
    from digest.preview.preview import Preview
    from digest.steps import add, desk, history
    from digest.steps.parts import Parts
    from digest.store.edition_overrides import Kept
    from digest.store.sent import SentIn


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """An issue that tells of a mistake in another one."""

    told: Erratum
    of: Issue
    #: who has the story, whoever of them may still be written to
    readers: int


Whom: TypeAlias = Interest | SubscriberId | None


@dataclass(frozen=True, slots=True)
class Newsdesk:
    """The editors' side of the line. ``who`` is written down beside what they did."""

    parts: "Parts"

    def look(self, issue_id: IssueId) -> tuple[Issue, Draft]:
        """An issue as it was last filled, at its revision. Raises NotFoundError."""
        with reading(self.parts.engine) as connection:
            issue = issues.get(connection, issue_id)
            return issue, self.parts.pools.draft(connection, issue)

    def shown(self, issue: Issue, draft: Draft) -> Edition:
        """The edition as the issue shows it: its sections in order, those hidden too."""
        with reading(self.parts.engine) as connection:
            return steps.editions.shown(connection, self.parts, issue.edition, draft.hand)

    def content(
        self, issue: Issue, draft: Draft, interest: Interest | None = None
    ) -> VariantContent:
        """What readers with ``interest`` would get of ``draft``; None: the whole issue."""
        return steps.compose.content(self.parts, issue, interest, told=draft)

    def edit(
        self, issue_id: IssueId, seen: int | None, who: str, action: "Action | Restore"
    ) -> Issue:
        """Do to an issue what an editor decided, upon revision ``seen``; None: however it stands.

        Raises ConflictError where it changed since, NotFoundError, InvalidError, WrongStateError.
        """
        return steps.edit.edit(self.parts, issue_id, seen, who, action)

    def would(self, issue_id: IssueId, action: "Action | Restore") -> list[str]:
        """What ``edit`` would change, in words. Stores nothing. Raises as ``edit`` does."""
        return steps.edit.would(self.parts, issue_id, action)

    def history(self, issue_id: IssueId) -> "list[history.Told]":
        """What editors did to an issue, newest first. Raises NotFoundError."""
        with reading(self.parts.engine) as connection:
            return steps.history.history(connection, issues.get(connection, issue_id))

    def changes(self, issue_id: IssueId, before: int) -> list[str]:
        """What changed in an issue since that revision, in two lines at most."""
        with reading(self.parts.engine) as connection:
            issue = issues.get(connection, issue_id)
            return steps.history.changes(connection, issue, before, issue.revision)

    def keep_sections(self, issue_id: IssueId, who: str) -> tuple[SectionChange, ...]:
        """Let every issue to come show its sections as this one does. Raises NotFoundError."""
        return steps.editions.keep(self.parts, issue_id, who)

    def forget_sections(self, slug: str, who: str) -> None:
        """Let an edition's issues show their sections as config.toml says. Raises NotFoundError."""
        steps.editions.forget(self.parts, slug, who)

    def kept_sections(self) -> "Mapping[str, Sequence[Kept]]":
        """What editors changed for good, by edition."""
        return steps.editions.kept_by_edition(self.parts)

    def read(self, url: str) -> ParsedStory | Reject:
        """The story at an address, or why there is none. It is not stored."""
        return self.parts.read(url)

    def add(self, found: ParsedStory, slugs: Collection[str], who: str) -> "add.Added":
        """Keep a story as an editor's pick. Raises NotFoundError and WrongStateError."""
        return steps.add.add(self.parts, found, slugs, who)

    def correct(
        self, key: StoryId, chosen: "Mapping[About, Collection[str]]", who: str
    ) -> StoredStory:
        """Decide a story's region, country or topic, for good. Raises NotFoundError."""
        return steps.curate.correct(self.parts, key, chosen, who)

    def join(self, one: StoryId, other: StoryId, who: str) -> None:
        """Two stories are of one event. Raises NotFoundError."""
        from digest.store.events import Decision

        steps.events.decide(self.parts, one, other, Decision.JOIN, who)

    def split(self, one: StoryId, other: StoryId, who: str) -> None:
        """Two stories are of two events. Raises NotFoundError."""
        from digest.store.events import Decision

        steps.events.decide(self.parts, one, other, Decision.SPLIT, who)

    @property
    def source_names(self) -> Mapping[str, str]:
        """What each source is called."""
        names = self.parts.names("en")
        return {name: names.get(f"source/{name}") or name for name in self.parts.sources}

    def now(self) -> datetime:
        """The time by which all of it is reckoned."""
        return self.parts.clock.now()

    def when(self, issue: Issue) -> str:
        """When it is due, by the clock of its edition."""
        return steps.desk.due(self.parts, issue)

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
        return issue.edition in self.parts.editions and steps.edit.editable(issue)

    def table(self, issue_id: IssueId) -> "desk.Table":
        """All of an issue. Raises NotFoundError."""
        return steps.desk.table(self.parts, issue_id)

    def sheet(self, on: "desk.Table", story: StoryId) -> "desk.Sheet":
        """One story of it. Raises NotFoundError."""
        return steps.desk.sheet(self.parts, on, story)

    def sent_in(self, keys: Collection[StoryId]) -> "Mapping[StoryId, Sequence[SentIn]]":
        """In which issues readers had these stories already."""
        return steps.desk.sent_in(self.parts, keys)

    def reasons(self, on: "desk.Table", told: Iterable[Candidate]) -> Mapping[StoryId, str]:
        """Of each of these stories of its pool, in a line, why it stands in it or does not."""
        return steps.desk.reasons(self.parts, on, told)

    def newer(self, issue: Issue) -> int:
        """How many stories came since it was last filled."""
        return steps.desk.newer(self.parts, issue)

    def letter(self, issue: Issue) -> Letter | None:
        """What it is a letter about, and to how many; None: it is an issue with stories."""
        told = steps.errata.of(self.parts, issue.id)
        if told is None:
            return None
        return Letter(
            told=told, of=self.issue(told.of_issue), readers=steps.errata.count(self.parts, told)
        )

    def reach(self, on: "desk.Table") -> Mapping[StoryId, int]:
        """How many readers would get each story; takes a while where there are many readers."""
        return steps.desk.reach(self.parts, on.issue, on.draft)

    def fill(self, issue: Issue) -> Issue:
        """Take in what came since it was last filled."""
        return steps.compose.compose(self.parts, issue)

    def news(self, issue_id: IssueId, seen: int, filled: datetime | None = None) -> "desk.News":
        """What changed since revision ``seen``, filled then. Raises NotFoundError."""
        return steps.desk.news(self.parts, issue_id, seen, filled)

    def outcome(self, issue_id: IssueId, revision: int, story: StoryId | None) -> str:
        """What the act that led to a revision came to, in a line."""
        return steps.desk.outcome(self.parts, issue_id, revision, story)

    def preview(self, issue: Issue, whom: Whom = None) -> "Preview":
        """The mail as some readers would get it, filled as of now; None: the whole issue."""
        return steps.preview.preview(self.parts, issue, self.when(issue), whom)

    def proof(self, issue: Issue, whom: Whom = None) -> "Preview":
        """The same of the issue as it was last filled: what its editors see and approve.

        A letter about a mistake is the same for all who get it.
        """
        if (told := steps.errata.of(self.parts, issue.id)) is not None:
            return steps.preview.letter(self.parts, issue, self.when(issue), told)
        draft = steps.compose.stored(self.parts, issue)
        return steps.preview.preview(self.parts, issue, self.when(issue), whom, draft)

    def readers(self, issue: Issue, segment: str) -> int:
        """How many readers of the issue's edition are in a segment. Raises NotFoundError."""
        if segment not in self.parts.audience.segments:
            raise NotFoundError(f"there is no segment {segment!r}")
        days = steps.choose.days(self.parts, issue)
        found = self.parts.audience.readers(
            issue.edition, [segment], (), days, self.now(), extra=issue.extra
        )
        return sum(1 for _ in found)
