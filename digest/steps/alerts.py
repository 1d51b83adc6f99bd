"""alert: say what somebody should hear of an issue, once, in the log and by letter.

What is to be said follows from the issues as they stand, so a crash in between loses nothing.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from html import escape

import structlog
from sqlalchemy.engine import Connection

from digest.curate.alerts import AlertKind, kind_of
from digest.errors import WrongStateError
from digest.model import (
    DeliveryState,
    Edition,
    Fragment,
    Issue,
    IssueState,
    Message,
    Outcome,
    RenderedVariant,
)
from digest.steps.compose import BEHIND
from digest.steps.letters import Somebody, hand_over
from digest.steps.messages import address_to
from digest.steps.parts import Parts, zone
from digest.store import control, halts, issues, letters
from digest.store.engine import reading, writing

log = structlog.get_logger()

LETTER = "alert"
#: how long after a letter that the provider did not take it is tried again
AGAIN = timedelta(minutes=5)
#: what happened, for the subject
TOLD = {
    AlertKind.HELD_SOURCES_FAILED: "held, sources fail",
    AlertKind.MISSED: "missed",
    AlertKind.PAUSED: "paused on its way",
    AlertKind.SHORT: "too few stories",
    AlertKind.COMPLAINTS: "too many complaints",
}


def alert(parts: Parts) -> None:
    """Raise what is to be raised of recent issues, each kind once an issue.

    Without an address the log is all; a letter that fails stops nothing and is tried again.
    """
    now = parts.clock.now()
    with reading(parts.engine) as connection:
        found = issues.since(connection, now - BEHIND)
        served = letters.served(connection, LETTER, now - AGAIN)
        paused = {one.id for one in found if _paused(connection, one)}
        halted = halts.reasons(connection, [issue.id for issue in found])
    told = [
        (issue, kind)
        for issue in found
        # What was paused for its complaints is told once.
        if (kind := kind_of(issue, paused=issue.id in paused - halted.keys()))
    ]
    told += [
        (replace(issue, reason=halted[issue.id]), AlertKind.COMPLAINTS)
        for issue in found
        if issue.id in halted
    ]
    for issue, kind in told:
        edition = parts.editions.get(issue.edition)
        if edition is None:
            continue
        for number, address in enumerate(parts.alert_to or ("",), 1):
            purpose = f"{LETTER}-{issue.edition}-{issue.local_date}-{issue.sequence}-{kind}"
            ref = f"{purpose}-{number}"
            if ref not in served:
                _raise(parts, edition, issue, kind, ref, address)


def _paused(connection: Connection, issue: Issue) -> bool:
    return issue.state is IssueState.SENDING and (
        control.standing(connection, issue.id) is not None
    )


def _raise(
    parts: Parts, edition: Edition, issue: Issue, kind: AlertKind, ref: str, address: str
) -> None:
    now = parts.clock.now()
    try:
        with writing(parts.engine) as connection:
            first = letters.claim(connection, ref, LETTER, now, again_before=now - AGAIN)
        if first and ref.endswith("-1"):
            log.warning(
                "alert", kind=kind.value, edition=edition.slug, issue=issue.id, why=issue.reason
            )
        outcome = NOBODY
        if address:
            message = _message(parts, edition, issue, kind, ref, address)
            outcome = hand_over(parts, ref, message, unusable=DeliveryState.DEFERRED)
        with writing(parts.engine) as connection:
            letters.settle(connection, ref, outcome, parts.clock.now())
    except WrongStateError:
        log.info("alert_raised_elsewhere", letter=ref)
    except Exception:  # nothing that is wrong with a letter may stop the line
        log.exception("alert_failed", letter=ref)


#: what becomes of a letter to nobody; its row says that the alert was raised
NOBODY = Outcome(subscriber=0, state=DeliveryState.EXCLUDED, code="alerts.to names nobody")


def _message(
    parts: Parts, edition: Edition, issue: Issue, kind: AlertKind, ref: str, address: str
) -> Message:
    subject = f"Alert: {edition.name}, {issue.local_date}: {TOLD[kind]}"
    paragraphs = [
        f"{edition.name} of {issue.local_date}, issue {issue.id}: {TOLD[kind]}.",
        issue.reason,
        _outlook(edition, issue, kind),
        f"digest show {issue.id} tells what is in it.",
    ]
    variant = _plain(subject, paragraphs)
    message = address_to(parts, edition, ref, Somebody(address=address), variant, parts.clock.now())
    # No list sends it, and nobody is to answer it automatically.
    headers = replace(message.headers, list_id="", feedback_id="", auto_submitted=True)
    return replace(message, headers=headers)


def _outlook(edition: Edition, issue: Issue, kind: AlertKind) -> str:
    """What happens next, and what a person can do."""
    if kind is AlertKind.MISSED:
        return "Nobody gets it. Its stories roll into the next issue."
    if kind is AlertKind.SHORT:
        return ""
    if kind is AlertKind.COMPLAINTS and issue.state is not IssueState.SENDING:
        return f"It was sent already. digest events {issue.id} tells what was heard of it."
    if kind in {AlertKind.PAUSED, AlertKind.COMPLAINTS}:
        return (
            f"Nothing more of it goes until digest resume {issue.id}; "
            f"digest stop {issue.id} gives up the rest."
        )
    until = issue.scheduled_at + timedelta(minutes=edition.send_by_minutes)
    return (
        "It fills on, and goes by itself once there are enough stories or the sources are well. "
        f"At {_clock(edition, until)} it is given up. "
        f"digest approve {issue.id} sends it as it stands."
    )


def _clock(edition: Edition, at: datetime) -> str:
    return f"{at.astimezone(zone(edition)):%H:%M} {edition.zone}"


def _plain(subject: str, paragraphs: list[str]) -> RenderedVariant:
    told = [one for one in paragraphs if one]
    text = "\n\n".join(told) + "\n"
    body = "".join(f"<p>{escape(one)}</p>" for one in told)
    html = f'<!doctype html><html lang="en"><body>{body}</body></html>'
    return RenderedVariant(
        key=sha256(f"{subject}\n{text}".encode()).hexdigest(),
        subject=subject,
        preheader="",
        language="en",
        fragments=(Fragment((html,), (text,)),),
    )
