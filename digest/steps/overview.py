"""overview: the next issue of each edition, and what each of them waits for. Stores nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.curate.lifecycle import waits_for_approval
from digest.model import Edition, Issue, IssueState
from digest.steps import compose, control, desk
from digest.steps.parts import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """An issue that goes out next."""

    #: its id is 0 while nobody opened it
    issue: Issue
    edition: Edition
    #: as it was last filled
    stories: int
    subject: str
    preheader: str
    locks_at: datetime
    #: what keeps it from going, in words; empty where nothing does
    problem: str
    #: what it waits for a person to do; empty where it needs nobody
    waits: str


def overview(parts: Parts) -> list[Next]:
    """One for each edition, in the order of config.toml."""
    return [_next(parts, edition) for edition in parts.editions.values()]


def _next(parts: Parts, edition: Edition) -> Next:
    issue = compose.next_one(parts, edition, keep=False)
    content = desk.table(parts, issue.id).content if issue.id else None
    stories = len(content.cards) if content else 0
    return Next(
        issue=issue,
        edition=edition,
        stories=stories,
        subject=content.subject if content else "",
        preheader=content.preheader if content else "",
        locks_at=issue.scheduled_at - timedelta(minutes=edition.lock_minutes),
        problem=_problem(parts, issue, edition, stories),
        waits=_waits(issue, edition),
    )


def _problem(parts: Parts, issue: Issue, edition: Edition, stories: int) -> str:
    if issue.state is IssueState.HELD:
        return issue.reason or "held"
    stands = control.standing(parts, issue) if issue.id else None
    if stands is not None:
        return str(stands)
    if issue.id and issue.content_hash and stories < edition.minimum_stories:
        return f"{stories} stories, {edition.minimum_stories} needed"
    return ""


def _waits(issue: Issue, edition: Edition) -> str:
    if waits_for_approval(issue) and edition.approval.required:
        return issue.reason or "waits for approval"
    return ""
