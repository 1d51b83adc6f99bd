"""What people decide about an issue's way out: approve, hold, send, pause, stop, decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from digest import steps
from digest.curate.lifecycle import UNFINISHED, allowed, waits_for_approval
from digest.errors import WrongStateError
from digest.model import (
    Decision,
    DeliveryState,
    Edition,
    Erratum,
    Finding,
    Issue,
    IssueState,
    Outcome,
    StoryId,
)
from digest.steps.along import Along, nothing
from digest.store import approvals, issues
from digest.store.approvals import Approval
from digest.store.decide import Doubtful
from digest.store.engine import reading, writing
from digest.store.not_sent import not_sent

if TYPE_CHECKING:
    from digest.steps.parts import Parts
    from digest.steps.plan import SendPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where an issue stands on its way, and what may be done with it."""

    edition: Edition
    #: what happens if nobody does anything
    outlook: str
    #: who approved it, of any revision, and whether of the present one
    approved_by: Sequence[tuple[Approval, bool]]
    #: what preflight has against it
    findings: Sequence[Finding]
    #: by whom it was paused or stopped; empty where it was not
    stands: str
    #: until when it waits to be taken back; None: it does not
    undo_until: datetime | None
    #: the buttons that work now
    open: frozenset[str]
    progress: Mapping[DeliveryState, int]
    left_out: Mapping[str, int]
    doubtful: Sequence[Doubtful]
    #: what is still to go and how long that takes; None where nobody asked
    plan: "SendPlan | None"
    #: deliveries settled a second, lately; 0: none, or it is not on its way
    pace: float
    #: when all is settled if it goes on like that; None: nothing goes
    ends: datetime | None
    #: what may be put right in it, by letter; story → headline
    stories: Mapping[StoryId, str]
    #: the letters about it
    letters: Sequence[tuple[Issue, Erratum]]


@dataclass(frozen=True, slots=True)
class Passage:
    """The way out of an issue. ``who`` is written down beside what they did, ``along`` with it."""

    parts: "Parts"

    def standing(self, issue: Issue, *, reckon: bool = False) -> Standing:
        """How it stands. With ``reckon`` everybody is selected for, which takes a while."""
        parts, edition = self.parts, self.parts.edition(issue.edition)
        paused = steps.control.standing(parts, issue)
        waits = waits_for_approval(issue) and bool(issue.content_hash)
        content = steps.compose.content(parts, issue, told=steps.compose.stored(parts, issue))
        found = steps.review.complaints(parts, issue, content) if waits and content.sections else []
        letter = steps.errata.of(parts, issue.id) is not None
        on_its_way = issue.state is IssueState.SENDING
        with reading(parts.engine) as connection:
            given = approvals.standing(connection, issue.id)
            why_not = {why: len(who) for why, who in not_sent(connection, issue.id).items()}
        undo, now = steps.control.undo_until(parts, issue), parts.clock.now()
        progress, pace = steps.send.progress_of(parts, issue), steps.send.pace(parts, issue)
        left = sum(progress.get(state, 0) for state in steps.send.UNSETTLED)
        return Standing(
            edition=edition,
            outlook=steps.review.outlook(edition, issue),
            approved_by=[(one, one.content.revision == issue.revision) for one in given],
            findings=found,
            stands="" if paused is None else str(paused),
            undo_until=undo,
            open=frozenset(_open(issue, paused=paused is not None, letter=letter)),
            progress=progress,
            left_out=why_not,
            doubtful=steps.doubtful.known(parts, issue.id),
            plan=steps.plan.plan(parts, issue) if reckon or on_its_way else None,
            pace=pace,
            ends=now + timedelta(seconds=left / pace) if pace and left else None,
            stories=steps.errata.stories(parts, issue),
            letters=steps.errata.about(parts, issue),
        )

    def approve(
        self,
        issue: Issue,
        revision: int,
        despite: Sequence[str],
        who: str,
        along: Along = nothing,
    ) -> Issue:
        """Say yes to the revision that was seen. Raises ConflictError, BlockedError…"""
        return steps.approve.approve(
            self.parts, issue, who, revision=revision, despite=despite, along=along
        )

    def review(self, issue: Issue, who: str, along: Along = nothing) -> Issue:
        """Give it to people to look at. Raises WrongStateError."""
        return steps.approve.review(self.parts, issue, who, along=along)

    def hold(self, issue: Issue, who: str, why: str, along: Along = nothing) -> Issue:
        """Hold it until a person approves it. Raises WrongStateError."""
        return steps.approve.hold(self.parts, issue, who, why, along=along)

    def skip(self, issue: Issue, who: str, why: str, along: Along = nothing) -> Issue:
        """Leave it out: its stories roll over. Raises WrongStateError."""
        return steps.approve.skip(self.parts, issue, who, why, along=along)

    def undo(self, issue: Issue, who: str, along: Along = nothing) -> Issue:
        """Take it back before anything of it went. Raises WrongStateError."""
        return steps.control.undo(self.parts, issue, who, along=along)

    def send(self, issue: Issue, who: str, along: Along = nothing) -> Issue:
        """Let it go with the next tick, after the time to take it back. Raises WrongStateError."""
        parts = self.parts
        if (paused := steps.control.standing(parts, issue)) is not None:
            raise WrongStateError(f"the issue is {paused}", issue=issue.id)
        if issue.state not in UNFINISHED - {IssueState.SENDING}:
            raise WrongStateError(f"an issue that is {issue.state} cannot be sent", issue=issue.id)
        with writing(parts.engine) as connection:
            issue = issues.reschedule(connection, issue, parts.clock.now())
            along(connection)
        issue = steps.last_look.last_look(
            parts, steps.lock.lock(parts, steps.compose.compose(parts, issue), who=who)
        )
        if issue.state is not IssueState.LOCKED:
            why = issue.reason or "it waits for approval"
            raise WrongStateError(f"it does not go: {why}", issue=issue.id)
        return issue

    def pause(self, issue: Issue, who: str, why: str, along: Along = nothing) -> Issue:
        """Let nothing more of it go. Raises WrongStateError."""
        return steps.control.pause(self.parts, issue, who, why, along=along)

    def resume(self, issue: Issue, who: str, along: Along = nothing, *, late: bool) -> Issue:
        """Let it go on. Raises WrongStateError where it is late, unless ``late``."""
        return steps.control.resume(self.parts, issue, who, late=late, along=along)

    def stop(self, issue: Issue, who: str, why: str, along: Along = nothing) -> Issue:
        """Give up what has not gone. Raises WrongStateError."""
        return steps.control.stop(self.parts, issue, who, why, along=along)

    def decide(
        self, issue: Issue, decision: Decision, who: str, along: Along = nothing, *, late: bool
    ) -> int:
        """Decide about its deliveries in doubt; returns how many. Raises WrongStateError."""
        told = steps.doubtful.decide(self.parts, issue.id, decision, who, late=late, along=along)
        return told.deliveries

    def correct(
        self, issue: Issue, story: StoryId, words: tuple[str, str], who: str, along: Along = nothing
    ) -> Issue:
        """Write to those who have a story what was wrong in it, and what is right.

        Returns the letter, an issue of its own. Raises NotFoundError, WrongStateError.
        """
        return steps.errata.erratum(self.parts, issue, story, *words, who, along=along)

    def test(self, issue: Issue, to: Sequence[str]) -> list[Outcome]:
        """A marked copy of the issue as it was last filled, to each address; counted nowhere."""
        if (told := steps.errata.of(self.parts, issue.id)) is not None:
            edition = self.parts.edition(issue.edition)
            rendered = steps.errata.rendered(self.parts.renderer, edition, told, edition.language)
        else:
            draft = steps.compose.stored(self.parts, issue)
            content = steps.compose.content(self.parts, issue, told=draft)
            rendered = self.parts.renderer.render(replace(content, web_copy=False))
        return [
            steps.letters.send_test(self.parts, issue, rendered, one, number)
            for number, one in enumerate(to, 1)
        ]


def _open(issue: Issue, *, paused: bool, letter: bool) -> set[str]:
    """The buttons that work. What they ask for is checked again when they are pressed."""
    found: set[str] = set()
    if waits_for_approval(issue):
        found.add("approve")
    for button, state in steps.reviewing.LEADS.items():
        if button in {"hold", "skip"} and allowed(issue.state, state):
            found.add(button)
    if issue.state in {IssueState.DRAFTING, IssueState.HELD} and not letter:
        found.add("review")
    if issue.state in steps.control.BEFORE_SENDING and not letter:
        found.add("undo")
    if issue.state in UNFINISHED:
        found |= {"resume", "stop"} if paused else {"pause", "stop"}
    if issue.state in UNFINISHED - {IssueState.SENDING} and not paused:
        found.add("send")
    return found
