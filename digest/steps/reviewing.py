"""What the link in a review mail opens, and what its buttons do.

Looking changes nothing. Each button works once a mail, and approves the revision that was shown or
nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from digest.curate.lifecycle import allowed, waits_for_approval
from digest.errors import NotFoundError, WrongStateError
from digest.model import Edition, Finding, Issue, IssueState, VariantContent
from digest.review_links import Asked
from digest.steps.approve import approve, changed, hold, skip
from digest.steps.history import conflict
from digest.steps.parts import Parts
from digest.steps.preflight import as_stored
from digest.steps.preview import inert
from digest.steps.review import Person, complaints, outlook, people, send_by, when
from digest.store import approvals, issues
from digest.store.engine import reading, writing

#: what a button may do, and the state it leads to
LEADS = {
    "approve": IssueState.APPROVED,
    "hold": IssueState.HELD,
    "skip": IssueState.SKIPPED,
    "edit": IssueState.HELD,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """The page of one issue under review, for one person."""

    issue: Issue
    edition: str
    when: str
    outlook: str
    who: str
    content: VariantContent
    findings: tuple[Finding, ...]
    #: what is different from what the mail showed; empty: nothing
    changed: str
    #: buttons that can be pressed now
    open: tuple[str, ...]
    #: what was pressed, and when
    used: Mapping[str, datetime]
    approved_by: tuple[str, ...]


def look(parts: Parts, token: str) -> Reviewed:
    """What a link shows now. Raises NotFoundError for a forged link, and for one that is over."""
    asked, issue, edition, person = _opened(parts, token)
    content = as_stored(parts, issue)
    with reading(parts.engine) as connection:
        used = approvals.used(connection, issue.id, asked.round, asked.recipient)
        given = approvals.standing(connection, issue.id)
    return Reviewed(
        issue=issue,
        edition=edition.name,
        when=when(edition, issue),
        outlook=outlook(edition, issue),
        who=person.name,
        content=content,
        findings=tuple(complaints(parts, issue, content)) if content.cards else (),
        changed=changed(parts, issue, asked.revision),
        open=tuple(act for act in LEADS if act not in used and _may(issue, act)),
        used=used,
        approved_by=tuple(one.who for one in given if one.content.revision == issue.revision),
    )


def mail(parts: Parts, token: str) -> str:
    """The issue's mail as readers get it, with links that lead nowhere. Raises NotFoundError."""
    _, issue, _, _ = _opened(parts, token)
    html, _ = inert(parts.renderer.render(as_stored(parts, issue)))
    return html


def press(parts: Parts, token: str, act: str, revision: int) -> None:
    """Do what a button says about the ``revision`` that the page showed.

    Raises NotFoundError as ``look`` does, ConflictError with what changed since, and
    WrongStateError where it was pressed before or cannot be done any more.
    """
    asked, issue, _, person = _opened(parts, token)
    with reading(parts.engine) as connection:
        used = approvals.used(connection, issue.id, asked.round, asked.recipient)
    if act not in LEADS or act in used:
        raise WrongStateError("this was pressed before", issue=issue.id)
    if issue.revision != revision:
        with reading(parts.engine) as connection:
            raise conflict(connection, issue, revision)
    if act == "approve":
        approve(parts, issue, person.name, revision=revision)
    elif act == "skip":
        skip(parts, issue, person.name)
    else:
        hold(parts, issue, person.name, "being edited" if act == "edit" else "")
    with writing(parts.engine) as connection:
        now = parts.clock.now()
        approvals.use(connection, issue.id, asked.round, asked.recipient, act, now)


def _opened(parts: Parts, token: str) -> tuple[Asked, Issue, Edition, Person]:
    asked = parts.reviews.read(token)
    if asked is None:
        raise NotFoundError("there is no such page")
    with reading(parts.engine) as connection:
        issue = issues.get(connection, asked.issue)
    edition = parts.edition(issue.edition)
    if parts.clock.now() > send_by(edition, issue):
        raise NotFoundError("this review is over", issue=issue.id)
    for person in people(edition):
        if asked.recipient in parts.reviews.recipients(person.address):
            return asked, issue, edition, person
    raise NotFoundError("whom this was sent to reviews this edition no more", issue=issue.id)


def _may(issue: Issue, act: str) -> bool:
    if act == "approve":
        return waits_for_approval(issue)
    return allowed(issue.state, LEADS[act])
