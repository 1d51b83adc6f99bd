"""review: give an issue to people to look at, by mail, each time it needs their word.

What is to be sent follows from the issues as they stand and from the letters in the ledger, so a
crash in between loses nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from digest.errors import WrongStateError
from digest.model import (
    Approval,
    DeliveryState,
    Edition,
    Finding,
    Hold,
    Issue,
    IssueState,
    Level,
    Message,
    NoApproval,
    VariantContent,
)
from digest.render.addresses import split_mailbox
from digest.render.letters import Button, LetterKind, Review, ReviewFinding, ReviewStory
from digest.review_links import Asked
from digest.steps.history import changes
from digest.steps.letters import Somebody, hand_over
from digest.steps.messages import address_to
from digest.steps.parts import Parts, zone
from digest.steps.preflight import as_stored, preflight
from digest.store import approvals, issues, letters, shown
from digest.store.engine import reading, writing

log = structlog.get_logger()

LETTER = "review"
#: how long after a letter that the provider did not take it is tried again
AGAIN = timedelta(minutes=5)
#: what the links of a review mail offer; each leads to a page with a button
ACTS = {"approve": "Approve", "hold": "Hold", "skip": "Skip this issue", "edit": "Edit"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody an edition is given to for review. Their address stands in config.toml alone."""

    name: str
    address: str


def people(edition: Edition) -> list[Person]:
    """Whom an edition is given to; each is a person of their own."""
    told = [split_mailbox(one) for one in edition.review_to]
    return [
        Person(name=name or address.partition("@")[0], address=address) for name, address in told
    ]


def open_review(parts: Parts, issue: Issue) -> Issue:
    """Give a drafted issue to people to look at, if its edition asks any."""
    if issue.state is not IssueState.DRAFTING:
        return issue
    if parts.edition(issue.edition).approval is Approval.NONE:
        return issue
    with writing(parts.engine) as connection:
        return issues.move(connection, issue, IssueState.REVIEW, "scheduler", parts.clock.now())


def ask(parts: Parts) -> None:
    """Send the review mails that are due, each once a person and review.

    A letter that fails stops nothing and is tried again.
    """
    now = parts.clock.now()
    with reading(parts.engine) as connection:
        open_ = issues.in_states(connection, {IssueState.REVIEW, IssueState.HELD})
        rounds = approvals.rounds(connection, [one.id for one in open_])
        served = letters.served(connection, LETTER, now - AGAIN)
    for issue in open_:
        edition, number = parts.editions.get(issue.edition), rounds.get(issue.id, 0)
        if edition is None or not number or not _asks(edition, issue, now):
            continue
        for person in people(edition):
            recipient = parts.reviews.recipients(person.address)[0]
            ref = f"{LETTER}-{issue.edition}-{issue.local_date}-{issue.sequence}-{number}"
            ref += f"-{recipient[:12]}"
            if ref not in served:
                _send(parts, edition, issue, person, number, ref)


def _asks(edition: Edition, issue: Issue, now: datetime) -> bool:
    until = send_by(edition, issue)
    waits = issue.state is IssueState.REVIEW or issue.hold is Hold.APPROVAL
    return waits and bool(edition.review_to) and now <= until


def send_by(edition: Edition, issue: Issue) -> datetime:
    """Until when the issue may still go; its links are good as long."""
    return issue.scheduled_at + timedelta(minutes=edition.send_by_minutes)


def _send(
    parts: Parts, edition: Edition, issue: Issue, person: Person, number: int, ref: str
) -> None:
    now = parts.clock.now()
    try:
        message = _message(parts, edition, issue, person, number, ref)
        with writing(parts.engine) as connection:
            letters.claim(connection, ref, LETTER, now, again_before=now - AGAIN)
        outcome = hand_over(parts, ref, message, unusable=DeliveryState.DEFERRED)
        with writing(parts.engine) as connection:
            letters.settle(connection, ref, outcome, parts.clock.now())
        log.info("review_asked", issue=issue.id, letter=ref, state=outcome.state.value)
    except WrongStateError:
        log.info("review_asked_elsewhere", letter=ref)
    except Exception:  # nothing that is wrong with a letter may stop the line
        log.exception("review_failed", letter=ref)


def _message(
    parts: Parts, edition: Edition, issue: Issue, person: Person, number: int, ref: str
) -> Message:
    recipient = parts.reviews.recipients(person.address)[0]
    asked = Asked(issue=issue.id, revision=issue.revision, round=number, recipient=recipient)
    content = as_stored(parts, issue)
    told = since_last(parts, issue)
    with writing(parts.engine) as connection:
        shown.note(connection, issue, parts.clock.now(), "scheduler")
    letter = Review(
        subject=f"Review: {edition.name}, {issue.local_date}",
        edition=edition.name,
        when=when(edition, issue),
        stories=tuple(
            ReviewStory(headline=card.headline, section=section.title)
            for section in content.sections
            for card in section.cards
        ),
        findings=tuple(
            ReviewFinding(problem=one.why, where=one.where, blocks=one.level is Level.BLOCK)
            for one in complaints(parts, issue, content)
        ),
        changes=told,
        outlook=outlook(edition, issue),
        buttons=tuple(
            Button(label=label, url=f"{parts.identity.public_url}{parts.reviews.path(asked)}#{act}")
            for act, label in ACTS.items()
        ),
    )
    variant = parts.renderer.letter(LetterKind.REVIEW, letter, "en")
    somebody = Somebody(address=person.address, name=person.name)
    message = address_to(parts, edition, ref, somebody, variant, parts.clock.now())
    # No list sends it, and nobody is to answer it automatically.
    headers = replace(message.headers, list_id="", feedback_id="", auto_submitted=True)
    return replace(message, headers=headers)


def complaints(parts: Parts, issue: Issue, content: VariantContent) -> list[Finding]:
    """What preflight has against the issue as it stands."""
    found = preflight(parts, issue, content, parts.renderer.render(content))
    return [one for one in found if one.level is not Level.PASS]


def since_last(parts: Parts, issue: Issue) -> str:
    """Why people are asked again, and what is new or gone since they looked last."""
    with reading(parts.engine) as connection:
        before = shown.before(connection, issue)
        new = [] if before is None else changes(connection, issue, before, issue.revision)
    return "; ".join(filter(None, [issue.reason, *new]))


def when(edition: Edition, issue: Issue) -> str:
    """When an issue is due, by its edition's clock."""
    return f"{issue.local_date:%A %d %B %Y}, {_clock(edition, issue.scheduled_at)}"


def outlook(edition: Edition, issue: Issue) -> str:
    """What happens if nobody answers, for a person."""
    at, until = _clock(edition, issue.scheduled_at), _clock(edition, send_by(edition, issue))
    if not edition.approval.required:
        return f"If nobody answers, it goes at {at}."
    who = "two people approve it" if edition.approval is Approval.TWO_PERSON else "you approve it"
    if edition.on_no_approval is NoApproval.SEND:
        return f"If nobody answers, it goes at {at} all the same."
    if edition.on_no_approval is NoApproval.SKIP:
        return f"It goes at {at} if {who} by then; else nobody gets it, and its stories roll over."
    return (
        f"It goes at {at} if {who} by then. Approved later, it goes at once; "
        f"at {until} it is given up, and its stories roll over."
    )


def _clock(edition: Edition, at: datetime) -> str:
    return f"{at.astimezone(zone(edition)):%H:%M} {edition.zone}"
