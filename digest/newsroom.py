"""What people ask of the line: the command line and the desk put the same questions here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from digest import steps
from digest.model import (
    DeliveryEvent,
    DeliveryState,
    Draft,
    Erratum,
    EventKind,
    Finding,
    GatheredSource,
    Interest,
    Issue,
    IssueId,
    IssueState,
    Outcome,
    Slot,
    StoryId,
    SubscriberId,
    VariantContent,
)
from digest.store import heard, issues, ledger, sources, variants
from digest.store.engine import reading
from digest.store.not_sent import not_sent

if TYPE_CHECKING:
    from digest.newsdesk import Newsdesk
    from digest.passage import Passage
    from digest.preview.preview import Preview
    from digest.steps import choose, reviewing, routes
    from digest.steps.overview import Next
    from digest.steps.parts import Parts
    from digest.steps.plan import SendPlan
    from digest.steps.why import Why
    from digest.store.archive import Archived
    from digest.store.extras import Wish
    from digest.store.sources import SourceState


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was heard of an issue's deliveries."""

    #: of how many readers each kind of event was heard
    readers: Mapping[EventKind, int]
    #: newest first
    last: Sequence[DeliveryEvent]


@dataclass(frozen=True, slots=True)
class Reviews:
    """The pages that review mails lead to; each call raises NotFoundError for a link not good."""

    parts: "Parts"

    def look(self, token: str) -> "reviewing.Reviewed":
        """What a link shows now."""
        return steps.reviewing.look(self.parts, token)

    def mail(self, token: str) -> str:
        """The issue's mail as readers get it."""
        return steps.reviewing.mail(self.parts, token)

    def press(self, token: str, act: str, revision: int) -> None:
        """Do what a button says. Raises WrongStateError."""
        steps.reviewing.press(self.parts, token, act, revision)


@dataclass(frozen=True, slots=True)
class Newsroom:
    """The line as people use it."""

    parts: "Parts"

    def slugs(self, edition: str | None) -> list[str]:
        """The edition asked for, or all. Raises NotFoundError."""
        return [self.parts.edition(edition).slug] if edition else list(self.parts.editions)

    def peek(self) -> list[GatheredSource]:
        """Read every source and store nothing."""
        now = self.parts.clock.now()
        found = []
        for name, source in self.parts.sources.items():
            with reading(self.parts.engine) as connection:
                memory = sources.state(connection, name).memory
            found.append(source.gather(memory, now))
        return found

    def source_states(self) -> "list[SourceState]":
        """How each source stands."""
        with reading(self.parts.engine) as connection:
            return [sources.state(connection, name) for name in self.parts.sources]

    def issue(self, issue_id: IssueId) -> Issue:
        """The issue with this number. Raises NotFoundError."""
        with reading(self.parts.engine) as connection:
            return issues.get(connection, issue_id)

    def issues(self, limit: int) -> list[Issue]:
        """The newest issues, newest first."""
        with reading(self.parts.engine) as connection:
            return issues.recent(connection, limit)

    def today(self, slug: str) -> Issue:
        """Today's issue of an edition, opened if need be."""
        return steps.compose.today(self.parts, self.parts.edition(slug))

    def open_extra(
        self,
        slug: str,
        at: datetime | None,
        who: str,
        *,
        reason: str = "",
        wish: "Wish | None" = None,
        keep: bool = True,
    ) -> Issue:
        """An issue outside the schedule, for readers who want such. Raises NotFoundError."""
        edition = self.parts.edition(slug)
        from digest.store.extras import Wish

        return steps.compose.open_extra(
            self.parts, edition, at, who, reason=reason, wish=wish or Wish(), keep=keep
        )

    def extra_forecast(self, issue: Issue, wish: "Wish") -> "choose.Forecast":
        """What an issue outside the schedule would come to, filled as of now."""
        return steps.choose.forecast(self.parts, issue, self.draft(issue), wish)

    def next_issue(self, slug: str, *, keep: bool = True) -> tuple[Issue, VariantContent]:
        """The issue that goes out next, filled as of now; stored only if ``keep``."""
        edition = self.parts.edition(slug)
        issue = steps.compose.next_one(self.parts, edition, keep=keep)
        if keep:
            issue = steps.compose.compose(self.parts, issue)
        return issue, steps.compose.content(self.parts, issue)

    def overview(self) -> "Sequence[Next]":
        """The next issue of every edition, as it was last filled. Stores nothing."""
        return steps.overview.overview(self.parts)

    def invite(self, newsroom: str, number: int, name: str, address: str, url: str) -> Outcome:
        """Mail an account's owner the link to it; what became of it. ``newsroom``: its name."""
        who = steps.letters.Somebody(address=address, name=name)
        return steps.invite.invite(self.parts, number, who, url, newsroom)

    def letters(self) -> Sequence[tuple[Issue, Erratum]]:
        """The letters about mistakes that wait, or are going."""
        return steps.errata.under_way(self.parts)

    def open_next(self, slug: str) -> Issue:
        """The issue that goes out next, opened and filled as of now. Raises NotFoundError."""
        return self.next_issue(slug)[0]

    def draft(self, issue: Issue) -> Draft:
        """The issue's pool and slots."""
        return steps.compose.draft(self.parts, issue)

    def content(self, issue: Issue, interest: Interest | None = None) -> VariantContent:
        """What readers with ``interest`` would get; None: the whole issue."""
        return steps.compose.content(self.parts, issue, interest)

    def plain_mail(self, issue: Issue, interest: Interest | None = None) -> tuple[str, str]:
        """The mail's HTML and text with links to leave and choose that lead nowhere."""
        rendered = self.parts.renderer.render(self.content(issue, interest))
        return steps.preview.inert(rendered)

    def upcoming(self, slug: str, day: date | None = None) -> Issue:
        """The issue of a local date, or the next one. Stores nothing. Raises NotFoundError."""
        edition = self.parts.edition(slug)
        if day is None:
            return steps.compose.next_one(self.parts, edition, keep=False)
        return steps.compose.dated(self.parts, edition, day)

    def preview(self, issue: Issue, whom: Interest | SubscriberId | None = None) -> "Preview":
        """The issue as some readers, or one of them, would get it; None: the whole issue."""
        return steps.preview.preview(self.parts, issue, self.when(issue), whom)

    def preflight(
        self, issue: Issue, interest: Interest | None = None, *, probe: bool = False
    ) -> tuple[Finding, ...]:
        """What keeps the issue from going, what to look at, and what was found well.

        As readers with ``interest`` would get it; None: the whole issue. With ``probe`` its links
        and pictures are tried, which takes seconds. Raises BadTemplateError.
        """
        content = self.content(issue, interest)
        rendered = self.parts.renderer.render(content)
        found = steps.preflight.preflight(self.parts, issue, content, rendered, probe=probe)
        return (*found, *steps.choose.findings(self.parts, issue, self.draft(issue)))

    def why(self, slug: str, key: StoryId) -> "tuple[Issue, Why]":
        """Why the next issue of an edition holds a story, or does not. Stores nothing."""
        issue, _ = self.next_issue(slug, keep=False)
        return issue, steps.why.why(self.parts, issue, key)

    def pin_plan(
        self, slug: str, key: StoryId, section: str = "", place: int = 1, *, everyone: bool = False
    ) -> Slot:
        """Where ``pin`` would put a story. Raises NotFoundError and WrongStateError."""
        from digest.desk.actions import Pin

        action = Pin(story=key, section=section, place=place, everyone=everyone)
        return steps.pin.plan(self.parts, self.parts.edition(slug), action)

    def pin(self, slug: str, slot: Slot, who: str) -> Issue:
        """Place a story in the next issue. Raises NotFoundError and WrongStateError."""
        return steps.pin.pin(self.parts, self.parts.edition(slug), slot, who)

    def unpin(self, slug: str, key: StoryId, who: str) -> Issue:
        """Leave it to the rules again. Raises NotFoundError and WrongStateError."""
        return steps.pin.unpin(self.parts, self.parts.edition(slug), key, who)

    @property
    def desk(self) -> "Newsdesk":
        """What editors ask of an issue."""
        from digest.newsdesk import Newsdesk

        return Newsdesk(self.parts)

    @property
    def passage(self) -> "Passage":
        """What people decide about an issue's way out."""
        from digest.passage import Passage

        return Passage(self.parts)

    def next_days(self, slug: str) -> tuple[Issue, frozenset[int]]:
        """The issue that goes out next, and the ISO weekdays it answers for. Stores nothing."""
        issue = steps.compose.next_one(self.parts, self.parts.edition(slug), keep=False)
        return issue, steps.choose.days(self.parts, issue)

    def approve(self, issue_id: IssueId, who: str, despite: Sequence[str] = ()) -> Issue:
        """Approve an issue as it stands. Raises WrongStateError."""
        return steps.approve.approve(self.parts, self.issue(issue_id), who, despite=despite)

    @property
    def reviews(self) -> Reviews:
        """What people do by the links in review mails."""
        return Reviews(self.parts)

    def send_now(self, issue: Issue, progress: Callable[[int], None] | None = None) -> Issue:
        """Take an issue down the line now. Raises WrongStateError where approval is missing."""
        from digest import pipeline

        return pipeline.send_now(self.parts, issue, progress)

    def hold(self, issue: Issue, until: datetime) -> None:
        """Have the provider hold an issue's mail until then. Raises WrongStateError."""
        steps.held.hold(self.parts, issue, until)

    def call_back(self, issue: Issue) -> int:
        """Have the provider throw away what it holds of an issue. Raises WrongStateError."""
        readers = steps.held.call_back(self.parts, issue)
        if issue.state is IssueState.SENDING:
            steps.send.settle(self.parts, issue)
        return readers

    def routes(self) -> "list[routes.RouteReport]":
        """How the ways out stand."""
        return steps.routes.report(self.parts)

    def left_out(self, issue: IssueId) -> list[SubscriberId]:
        """Whom no route could mail, since they warm up."""
        return steps.routes.left_out(self.parts, issue)

    def send_plan(self, slug: str) -> "SendPlan":
        """What ``send_now`` would do with today's issue. Stores nothing."""
        return steps.plan.plan(
            self.parts, steps.compose.today(self.parts, self.parts.edition(slug), keep=False)
        )

    def issue_plan(self, issue_id: IssueId) -> "SendPlan":
        """What ``send_now`` would do with this issue. Stores nothing. Raises NotFoundError."""
        return steps.plan.plan(self.parts, self.issue(issue_id))

    def send_test(self, slug: str, to: str) -> Outcome:
        """One marked copy of the next issue to ``to``; never counted, and to nobody else."""
        issue, content = self.next_issue(slug, keep=False)
        rendered = self.parts.renderer.render(replace(content, web_copy=False))
        return steps.letters.send_test(self.parts, issue, rendered, to)

    def copy(self, name: str) -> str | None:
        """The page of a variant at ``/v/<name>``; None where there is none."""
        return steps.copies.copy(self.parts, name)

    def archive(self, slug: str, before: date | None = None) -> "list[Archived]":
        """The issues of an edition that anybody may read. Raises NotFoundError."""
        return steps.archive.listed(self.parts, slug, before)

    def archived(self, slug: str, name: str) -> str | None:
        """The page of one of them; None where there is none. Raises WithdrawnError."""
        return steps.archive.page(self.parts, slug, name)

    def progress(self, issue: Issue) -> dict[DeliveryState, int]:
        """How many deliveries of the issue are in which state."""
        with reading(self.parts.engine) as connection:
            return dict(ledger.counts(connection, issue.id))

    def rests_until(self, issue: Issue) -> datetime | None:
        """The next hour of its readers, where that is all an issue waits for; else None."""
        return steps.send.rests_until(self.parts, issue)

    def not_sent(self, issue: Issue) -> Mapping[str, Sequence[SubscriberId]]:
        """Who was left out or refused since the audience was frozen, by reason."""
        with reading(self.parts.engine) as connection:
            return not_sent(connection, issue.id)

    def heard(self, issue_id: IssueId, limit: int) -> Heard:
        """What was heard of an issue, with its last ``limit`` events. Raises NotFoundError."""
        self.issue(issue_id)
        with reading(self.parts.engine) as connection:
            return Heard(
                readers=heard.counts(connection, issue_id),
                last=heard.last(connection, issue_id, limit),
            )

    def variant_count(self, issue: Issue) -> int:
        """How many variants the issue was frozen into."""
        with reading(self.parts.engine) as connection:
            return variants.count(connection, issue.id)

    def when(self, issue: Issue) -> str:
        """When the issue is due, by the clock of its edition."""
        return steps.desk.due(self.parts, issue)
