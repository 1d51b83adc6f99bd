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
    Hold,
    Issue,
    IssueState,
    Message,
    Outcome,
    RenderedVariant,
)
from digest.steps.letters import Somebody, hand_over
from digest.steps.messages import address_to
from digest.steps.opening import BEHIND
from digest.steps.parts import Parts, zone
from digest.store import control, halts, issues, letters, looks
from digest.store.engine import reading, writing

log = structlog.get_logger()

LETTER = "alert"
#: how long after a letter that the provider did not take it is tried again
AGAIN = timedelta(minutes=5)
#: what happened, for the subject
TOLD = {
    AlertKind.HELD_SOURCES_FAILED: "held, sources fail",
    AlertKind.HELD_APPROVAL: "held, nobody approved it",
    AlertKind.HELD_PREFLIGHT: "held, preflight blocks it",
    AlertKind.HELD_STORIES: "held, stories were taken back",
    AlertKind.SITE_TROUBLE: "a site gives no clear answer",
    AlertKind.FAILED: "failed, it could not be made",
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
        troubled = looks.troubles(connection, [issue.id for issue in found])
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
    told += [
        (replace(issue, reason=troubled[issue.id]), AlertKind.SITE_TROUBLE)
        for issue in found
        if issue.id in troubled and issue.hold is not Hold.SITE
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
    if kind in {AlertKind.MISSED, AlertKind.FAILED}:
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
    until = _clock(edition, issue.scheduled_at + timedelta(minutes=edition.send_by_minutes))
    ends = f"At {until} it is given up."
    if kind is AlertKind.SITE_TROUBLE:
        waits = "It waits, and is asked after each minute. " + ends
        return waits if issue.hold is Hold.SITE else "The issue goes as it is."
    if kind in {AlertKind.HELD_APPROVAL, AlertKind.HELD_STORIES}:
        return f"digest approve {issue.id} lets it go as it stands, at once. {ends}"
    if kind is AlertKind.HELD_PREFLIGHT:
        return (
            "It goes by itself once that is mended. "
            f"digest approve {issue.id} --despite CHECK takes it on. {ends}"
        )
    return (
        "It fills on, and goes by itself once there are enough stories or the sources are well. "
        f"{ends} "
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
