"""approve and lock: from here on an issue's content stands still."""

from digest.curate import vary
from digest.errors import WrongStateError
from digest.model import Issue, IssueState
from digest.steps.compose import compose
from digest.steps.parts import Parts
from digest.store import issues
from digest.store.engine import reading, writing

#: where an issue can lock or be skipped from; any other is under way, or over
LOCKABLE = frozenset({IssueState.PLANNED, IssueState.DRAFTING, IssueState.APPROVED})


def approve(parts: Parts, issue: Issue, who: str) -> Issue:
    """Approve the issue as it stands: this revision, and none other, may go out.

    Raises WrongStateError when it is not open for approval or holds too few stories.
    """
    now = parts.clock.now()
    if issue.state is IssueState.PLANNED:
        issue = compose(parts, issue)
    if shortage := too_few(parts, issue):
        raise WrongStateError(f"nothing to approve: {shortage}", issue=issue.id)
    with writing(parts.engine) as connection:
        return issues.move(
            connection,
            issue,
            IssueState.APPROVED,
            who,
            now,
            approved_revision=issue.revision,
        )


def lock(parts: Parts, issue: Issue, who: str = "scheduler") -> Issue:
    """Freeze the issue's pool and order; skip it if it holds too few stories.

    Where approval is required only an approved issue locks; another is returned as it is.
    """
    edition = parts.edition(issue.edition)
    if issue.state not in LOCKABLE:
        return issue
    if not edition.approval_required or issue.state is IssueState.APPROVED:
        issue = compose(parts, issue)
        now = parts.clock.now()
        shortage = too_few(parts, issue)
        after = IssueState.SKIPPED if shortage else IssueState.LOCKED
        with writing(parts.engine) as connection:
            return issues.move(connection, issue, after, who, now, reason=shortage)
    return issue


def too_few(parts: Parts, issue: Issue) -> str:
    """Why the issue is not worth sending, or nothing."""
    edition = parts.edition(issue.edition)
    with reading(parts.engine) as connection:
        draft = issues.draft_of(connection, issue.id)
    manual = vary.manual_slots(draft.slots)
    names = parts.names(edition.language)
    held = len(vary.vary(issue, edition, draft.pool, manual, None, names).cards)
    if held >= edition.minimum_stories:
        return ""
    return (
        f"{held} new stories since the last issue, {edition.minimum_stories} needed; "
        "they roll into the next issue"
    )
