"""alert: say what somebody should hear of issues and sources, once; and that it came right.

What is to be said follows from the line as it stands, so a crash in between loses nothing: first it
is written down, then letters go (here) and posts (``posts.py``), each by a name that is used once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.engine import Connection

from digest.curate.alerts import LOST, kind_of
from digest.errors import WrongStateError
from digest.model import Alert, AlertKind, DeliveryState, Hold, Issue, IssueId, IssueState
from digest.steps.alert_words import message
from digest.steps.control import undo_until
from digest.steps.letters import hand_over
from digest.steps.opening import BEHIND
from digest.steps.parts import Parts
from digest.store import alerts, control, facts, halts, issues, letters, looks
from digest.store.engine import reading, writing

log = structlog.get_logger()

LETTER = "alert"
#: how long after a letter that the provider did not take it is tried again
AGAIN = timedelta(minutes=5)
#: how long what came right is remembered
KEPT = timedelta(days=400)


def alert(parts: Parts) -> None:
    """Write down what is to be said of recent issues and of sources, and send letters of it.

    Without an address the log is all; a letter that fails stops nothing and is tried again.
    """
    now = parts.clock.now()
    with reading(parts.engine) as connection:
        found = {issue.id: issue for issue in issues.since(connection, now - BEHIND)}
        now_so = [*_of_issues(parts, connection, found, now), *_of_sources(parts, connection, now)]
        stood = alerts.standing(connection)
    _note(parts, now_so, stood, found, now)
    with reading(parts.engine) as connection:
        recent = alerts.recent(connection, now - BEHIND)
        served = letters.served(connection, LETTER, now - AGAIN)
    for one in recent:
        for number, address in enumerate(parts.alert_to, 1):
            refs = [(f"{one.ref}-{number}", replace(one, resolution=""))]
            if one.resolution:
                refs.append((f"{one.ref}-resolved-{number}", one))
            for ref, told in refs:
                if ref not in served:
                    _write(parts, told, found.get(told.issue or IssueId(0)), ref, address)


def _of_issues(
    parts: Parts, connection: Connection, found: Mapping[IssueId, Issue], now: datetime
) -> Iterator[Alert]:
    paused = {one.id for one in found.values() if _paused(connection, one)}
    halted = halts.reasons(connection, list(found))
    troubled = looks.troubles(connection, list(found))
    late = {
        issue: since
        for issue, (_, since) in facts.late(connection, now).items()
        if since >= parts.alert_rules.late
    }
    for issue in found.values():
        if issue.edition not in parts.editions:
            continue
        stopped = issue.id in paused
        # What was paused for its complaints is told once.
        kind = kind_of(issue, paused=stopped and issue.id not in halted, late=issue.id in late)
        if kind is AlertKind.LATE and not stopped and undo_until(parts, issue) is None:
            minutes = late[issue.id].total_seconds() // 60
            yield _about(issue, kind, f"due {minutes:.0f} minutes ago, it is {issue.state}")
        elif kind is not None and kind is not AlertKind.LATE:
            yield _about(issue, kind, issue.reason)
        if issue.id in halted:
            yield _about(issue, AlertKind.COMPLAINTS, halted[issue.id])
        if issue.id in troubled and issue.hold is not Hold.SITE:
            yield _about(issue, AlertKind.SITE_TROUBLE, troubled[issue.id])


def _paused(connection: Connection, issue: Issue) -> bool:
    return issue.state is IssueState.SENDING and (
        control.standing(connection, issue.id) is not None
    )


def _about(issue: Issue, kind: AlertKind, why: str) -> Alert:
    about = f"{issue.edition}-{issue.local_date}-{issue.sequence}-{kind}"
    return Alert(about=about, kind=kind, why=why, edition=issue.edition, issue=issue.id)


def _of_sources(parts: Parts, connection: Connection, now: datetime) -> Iterator[Alert]:
    for name, since in alerts.silent_since(connection, list(parts.sources)).items():
        if since <= now - parts.alert_rules.dead:
            yield Alert(
                about=f"source-{name}-{since:%Y%m%dT%H%M}",
                kind=AlertKind.SOURCE_DEAD,
                why=f"nobody could read it since {since:%Y-%m-%d %H:%M} UTC",
                source=name,
            )


def _note(
    parts: Parts,
    now_so: list[Alert],
    stood: Mapping[str, Alert],
    found: Mapping[IssueId, Issue],
    now: datetime,
) -> None:
    """Write down what is new and what is so no longer; the log says it once."""
    fresh = [one for one in now_so if one.about not in stood]
    over = stood.keys() - {one.about for one in now_so}
    if not fresh and not over:
        return
    with writing(parts.engine) as connection:
        told = [one for one in fresh if alerts.raise_(connection, one, now)]
        right = [
            (stood[about], how)
            for about in sorted(over)
            for how in [_resolution(parts, stood[about], found)]
            if alerts.resolve(connection, stood[about], how, now)
        ]
        alerts.forget(connection, now - KEPT)
    for one in told:
        log.warning("alert", **_ids(one), why=one.why)
    for one, how in right:
        log.info("alert_resolved", **_ids(one), how=how)


def _ids(one: Alert) -> dict[str, object]:
    ids = {"edition": one.edition, "issue": one.issue, "source": one.source}
    return {"kind": one.kind.value} | {key: told for key, told in ids.items() if told is not None}


def _resolution(parts: Parts, one: Alert, found: Mapping[IssueId, Issue]) -> str:
    """How it came right; empty where nobody need hear of it."""
    if one.source is not None:
        return "it can be read again" if one.source in parts.sources else ""
    issue = found.get(one.issue or IssueId(0))
    # That it was lost after all, another alert says.
    if issue is None or issue.state in {*LOST, IssueState.CANCELLED}:
        return ""
    return f"it is {issue.state}"


def _write(parts: Parts, one: Alert, issue: Issue | None, ref: str, address: str) -> None:
    now = parts.clock.now()
    try:
        with writing(parts.engine) as connection:
            letters.claim(connection, ref, LETTER, now, again_before=now - AGAIN)
        letter = message(parts, one, issue, ref, address)
        outcome = hand_over(parts, ref, letter, unusable=DeliveryState.DEFERRED)
        with writing(parts.engine) as connection:
            letters.settle(connection, ref, outcome, parts.clock.now())
    except WrongStateError:
        log.info("alert_raised_elsewhere", letter=ref)
    except Exception:  # nothing that is wrong with a letter may stop the line
        log.exception("alert_failed", letter=ref)
