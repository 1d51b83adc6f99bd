"""lock: from here on an issue's content stands still, and what it is made by is written down."""

from dataclasses import replace

from sqlalchemy.engine import Connection

from digest.curate import short
from digest.curate.lifecycle import fills
from digest.curate.short import Verdict
from digest.model import Hold, Issue, IssueState, WhenShort
from digest.steps.approve import drop, lacking
from digest.steps.compose import compose
from digest.steps.gather import failing
from digest.steps.parts import Parts
from digest.steps.preflight import as_stored, blocks, told
from digest.steps.rules import rules_hash
from digest.store import approvals, drafts, issues, windows
from digest.store.approvals import Content
from digest.store.engine import writing
from digest.store.windows import SeenReason

#: what ends by itself once what was amiss is well again
_PASSING = frozenset({Hold.SOURCES, Hold.PREFLIGHT})


def lock(parts: Parts, issue: Issue, who: str = "scheduler", *, unapproved: str = "") -> Issue:
    """Freeze the issue's pool and order; if it is short do what its edition says, or hold it.

    One that preflight blocks is held. Where approval is required only the approved revision locks,
    made as it was when it was approved: one that is not goes back to review, one that nobody
    approved is returned as it is, unless ``unapproved`` says why it goes all the same.
    Raises BadTemplateError.
    """
    issue = compose(parts, issue)
    if issue.state is IssueState.APPROVED:
        return _approved(parts, issue, who)
    if not fills(issue) or issue.hold is Hold.STORIES:
        return issue
    edition = parts.edition(issue.edition)
    held = as_stored(parts, issue)
    verdict = short.decide(
        edition, len(held.cards), failing(parts, edition), blocks=bool(held.sections)
    )
    waits = edition.approval.required and not unapproved
    rules = ""
    if verdict.state is IssueState.LOCKED and not (waits and issue.hold is None):
        as_sent = replace(issue, short=verdict.short)
        rules = rules_hash(parts, as_sent)
        if found := blocks(parts, as_sent):
            verdict = Verdict(
                state=IssueState.HELD, hold=Hold.PREFLIGHT, reason=f"preflight: {told(found)}"
            )
    with writing(parts.engine) as connection:
        return _follow(connection, parts, issue, verdict, who, rules, waits, unapproved)


def _approved(parts: Parts, issue: Issue, who: str) -> Issue:
    """Lock exactly what was approved, or ask again."""
    people = parts.edition(issue.edition).approval.people
    rules, found = rules_hash(parts, issue), blocks(parts, issue)
    with writing(parts.engine) as connection:
        seen = issues.get(connection, issue.id, to_change=True)
        if seen.state is not IssueState.APPROVED or seen.revision != issue.revision:
            return seen  # somebody was quicker
        now, made = parts.clock.now(), drafts.content_hash(drafts.of(connection, issue.id))
        content = Content(revision=seen.revision, content_hash=made, rules_hash=rules)
        if why := lacking(connection, seen, people, content):
            return drop(connection, parts, seen, why, who)
        if found:
            approvals.withdraw(connection, issue.id, now)
            return issues.move(
                connection,
                seen,
                IssueState.HELD,
                who,
                now,
                reason=f"preflight: {told(found)}",
                hold=Hold.PREFLIGHT,
                approved_revision=None,
            )
        return issues.move(connection, seen, IssueState.LOCKED, who, now, rules_hash=rules)


def _follow(
    connection: Connection,
    parts: Parts,
    issue: Issue,
    verdict: Verdict,
    who: str,
    rules: str,
    waits: bool,
    unapproved: str,
) -> Issue:
    now = parts.clock.now()
    if issue.hold in _PASSING:
        if verdict.hold is issue.hold:
            same = verdict.reason == issue.reason
            return issue if same else issues.explain(connection, issue, verdict.reason)
        issue = issues.move(connection, issue, IssueState.DRAFTING, who, now, reason="no more held")
    if verdict.state is IssueState.LOCKED and waits:
        return issue
    done = issues.move(
        connection,
        issue,
        verdict.state,
        who,
        now,
        reason="; ".join(filter(None, [verdict.reason, unapproved])),
        hold=verdict.hold,
        short=verdict.short,
        rules_hash=rules,
    )
    if verdict.short is WhenShort.SKIP:
        pool = drafts.of(connection, issue.id).pool
        covered = {candidate.stored.id: candidate.stored.version for candidate in pool}
        windows.mark_seen(connection, issue.edition, covered, SeenReason.SKIPPED, now, issue.id)
    return done
