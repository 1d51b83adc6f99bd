"""The words of alerts, for letters and posts: what happened, what happens next, what to do."""

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from html import escape

from digest.model import (
    Alert,
    AlertKind,
    Edition,
    Fragment,
    Hold,
    Issue,
    IssueState,
    Message,
    RenderedVariant,
)
from digest.steps.letters import Somebody
from digest.steps.messages import address_to
from digest.steps.parts import Parts, zone

#: what happened, for the subject
TOLD = {
    AlertKind.HELD_SOURCES_FAILED: "held, sources fail",
    AlertKind.HELD_APPROVAL: "held, nobody approved it",
    AlertKind.HELD_PREFLIGHT: "held, preflight blocks it",
    AlertKind.HELD_STORIES: "held, stories were taken back",
    AlertKind.SITE_TROUBLE: "a site gives no clear answer",
    AlertKind.LATE: "late, nothing of it has gone",
    AlertKind.FAILED: "failed, it could not be made",
    AlertKind.MISSED: "missed",
    AlertKind.PAUSED: "paused on its way",
    AlertKind.SHORT: "too few stories",
    AlertKind.COMPLAINTS: "too many complaints",
    AlertKind.SOURCE_DEAD: "nobody can read it",
}


def subject(parts: Parts, one: Alert, issue: Issue | None) -> str:
    """The whole of it in one line."""
    word = "Resolved" if one.resolution else "Alert"
    return f"{word}: {_what(parts, one, issue)}: {TOLD[one.kind]}"


def paragraphs(parts: Parts, one: Alert, issue: Issue | None) -> list[str]:
    """What happened, why, what happens next, and where to look."""
    numbered = f"{_what(parts, one, issue)}, issue {one.issue}" if one.issue else one.source or ""
    if one.source is not None:
        numbered = f"The source {one.source}"
    if one.resolution:
        told = [f"{numbered}: {TOLD[one.kind]}. That is over: {one.resolution}."]
    else:
        told = [f"{numbered}: {TOLD[one.kind]}.", one.why, outlook(parts, one, issue)]
    if one.issue:
        told.append(f"digest show {one.issue} tells what is in it.")
    return [paragraph for paragraph in told if paragraph]


def outlook(parts: Parts, one: Alert, issue: Issue | None) -> str:
    """What happens next, and what a person can do."""
    if one.kind is AlertKind.SOURCE_DEAD:
        return (
            f"It is tried on, less and less often. digest sources test {one.source} says what is "
            "wrong with it; at the desk it can be paused."
        )
    edition = parts.editions.get(one.edition or "")
    return "" if issue is None or edition is None else _outlook(edition, issue, one.kind)


def message(parts: Parts, one: Alert, issue: Issue | None, ref: str, address: str) -> Message:
    """The letter."""
    variant = _plain(subject(parts, one, issue), paragraphs(parts, one, issue))
    # What is of no edition borrows the first; what that lends a message is taken away again.
    edition = parts.editions.get(one.edition or "") or next(iter(parts.editions.values()))
    made = address_to(parts, edition, ref, Somebody(address=address), variant, parts.clock.now())
    # No list sends it, and nobody is to answer it automatically.
    headers = replace(made.headers, list_id="", feedback_id="", auto_submitted=True)
    return replace(made, headers=headers)


def _what(parts: Parts, one: Alert, issue: Issue | None) -> str:
    if one.source is not None:
        return f"source {one.source}"
    edition = parts.editions.get(one.edition or "")
    name = edition.name if edition else one.edition or ""
    return f"{name}, {issue.local_date}" if issue else name


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
    if kind is AlertKind.SITE_TROUBLE and issue.hold is not Hold.SITE:
        return "The issue goes as it is."
    return _WAITS[kind].format(id=issue.id, ends=ends)


_APPROVES = "digest approve {id} lets it go as it stands, at once. {ends}"
#: of what still waits
_WAITS = {
    AlertKind.SITE_TROUBLE: "It waits, and is asked after each minute. {ends}",
    AlertKind.HELD_APPROVAL: _APPROVES,
    AlertKind.HELD_STORIES: _APPROVES,
    AlertKind.HELD_PREFLIGHT: (
        "It goes by itself once that is mended. "
        "digest approve {id} --despite CHECK takes it on. {ends}"
    ),
    AlertKind.HELD_SOURCES_FAILED: (
        "It fills on, and goes by itself once there are enough stories or the sources are well. "
        "{ends} digest approve {id} sends it as it stands."
    ),
    AlertKind.LATE: (
        "It goes as soon as what keeps it is mended: the log tells what that is, and digest routes "
        "whether the mail can go at all. {ends}"
    ),
}


def _clock(edition: Edition, at: datetime) -> str:
    return f"{at.astimezone(zone(edition)):%H:%M} {edition.zone}"


def _plain(subject: str, paragraphs: list[str]) -> RenderedVariant:
    text = "\n\n".join(paragraphs) + "\n"
    body = "".join(f"<p>{escape(one)}</p>" for one in paragraphs)
    html = f'<!doctype html><html lang="en"><body>{body}</body></html>'
    return RenderedVariant(
        key=sha256(f"{subject}\n{text}".encode()).hexdigest(),
        subject=subject,
        preheader="",
        language="en",
        fragments=(Fragment((html,), (text,)),),
    )
