"""approve and lock: from here on an issue's content stands still."""

from sqlalchemy.engine import Connection

from digest.curate import short
from digest.curate.lifecycle import fills
from digest.curate.short import Verdict
from digest.errors import WrongStateError
from digest.model import Hold, Issue, IssueState, VariantContent, WhenShort
from digest.steps.compose import compose, content, stored
from digest.steps.gather import failing
from digest.steps.parts import Parts
from digest.store import drafts, issues, windows
from digest.store.engine import writing
from digest.store.windows import SeenReason


def approve(parts: Parts, issue: Issue, who: str) -> Issue:
    """Approve the issue as it stands: this revision, and none other, may go out.

    One that waits for its sources is sent as it is: an editor may always decide that. Raises
    WrongStateError when it is not open for approval or holds too few stories.
    """
    now = parts.clock.now()
    if issue.state is IssueState.PLANNED:
        issue = compose(parts, issue)
    edition, insisted = parts.edition(issue.edition), issue.hold is Hold.SOURCES
    held = _content(parts, issue)
    verdict = short.decide(edition, len(held.cards), insisted=insisted, blocks=bool(held.sections))
    if verdict.state is IssueState.SKIPPED:
        raise WrongStateError(f"nothing to approve: {verdict.reason}", issue=issue.id)
    with writing(parts.engine) as connection:
        return issues.move(
            connection,
            issue,
            IssueState.APPROVED,
            who,
            now,
            approved_revision=issue.revision,
            short=verdict.short,
        )


def lock(parts: Parts, issue: Issue, who: str = "scheduler") -> Issue:
    """Freeze the issue's pool and order; if it is short do what its edition says, or hold it.

    Where approval is required only an approved issue locks; another is returned as it is.
    """
    issue = compose(parts, issue)
    if issue.state is IssueState.APPROVED:
        with writing(parts.engine) as connection:
            return issues.move(connection, issue, IssueState.LOCKED, who, parts.clock.now())
    if not fills(issue):
        return issue
    edition = parts.edition(issue.edition)
    held = _content(parts, issue)
    verdict = short.decide(
        edition, len(held.cards), failing(parts, edition), blocks=bool(held.sections)
    )
    with writing(parts.engine) as connection:
        return _follow(connection, parts, issue, verdict, who)


def _follow(
    connection: Connection, parts: Parts, issue: Issue, verdict: Verdict, who: str
) -> Issue:
    now = parts.clock.now()
    if issue.hold is Hold.SOURCES:
        if verdict.hold is issue.hold:
            same = verdict.reason == issue.reason
            return issue if same else issues.explain(connection, issue, verdict.reason)
        issue = issues.move(connection, issue, IssueState.DRAFTING, who, now, reason="no more held")
    if verdict.state is IssueState.LOCKED and parts.edition(issue.edition).approval_required:
        return issue
    done = issues.move(
        connection,
        issue,
        verdict.state,
        who,
        now,
        reason=verdict.reason,
        hold=verdict.hold,
        short=verdict.short,
    )
    if verdict.short is WhenShort.SKIP:
        pool = drafts.of(connection, issue.id).pool
        covered = {candidate.stored.id: candidate.stored.version for candidate in pool}
        windows.mark_seen(connection, issue.edition, covered, SeenReason.SKIPPED, now, issue.id)
    return done


def _content(parts: Parts, issue: Issue) -> VariantContent:
    """The issue itself as it is stored."""
    return content(parts, issue, told=stored(parts, issue))
