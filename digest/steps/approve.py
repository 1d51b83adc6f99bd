"""approve, hold, skip: what people decide about an issue before it goes.

What is approved is a revision: made of these stories and by these rules. Anything else asks again.
"""

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy.engine import Connection

from digest.curate import short
from digest.curate.lifecycle import waits_for_approval
from digest.errors import BlockedError, WrongStateError
from digest.model import Hold, Issue, IssueState
from digest.steps.along import Along, nothing
from digest.steps.compose import compose
from digest.steps.history import changes, conflict
from digest.steps.parts import Parts
from digest.steps.preflight import as_stored, blocks, told
from digest.steps.rules import rules_hash
from digest.store import approvals, drafts, errata, issues, shown
from digest.store.approvals import Content
from digest.store.engine import reading, writing


def approve(
    parts: Parts,
    issue: Issue,
    who: str,
    *,
    revision: int | None = None,
    despite: Collection[str] = (),
    along: Along = nothing,
) -> Issue:
    """Approve the issue as it stands: this revision, and none other, may go out.

    ``revision`` is the one that was looked at, where it is known. ``despite`` are checks of
    preflight whose blocks ``who`` takes on. One that waits for its sources is sent as it is: an
    editor may always decide that. Where two have to approve, the first leaves it under review.
    Raises WrongStateError where it is not open for approval or holds too few stories, ConflictError
    where it has changed, BlockedError where preflight blocks it, BadTemplateError.
    """
    with reading(parts.engine) as connection:
        letter = errata.get(connection, issue.id) is not None
    if letter:
        return _letter(parts, issue, who, along)
    if issue.state is IssueState.PLANNED or (waits_for_approval(issue) and not issue.content_hash):
        issue = compose(parts, issue)
    if not waits_for_approval(issue):
        raise WrongStateError(f"an issue that is {issue.state} is not approved", issue=issue.id)
    if revision is not None and revision != issue.revision:
        with reading(parts.engine) as connection:
            raise conflict(connection, issue, revision)
    edition, insisted = parts.edition(issue.edition), issue.hold is Hold.SOURCES
    held = as_stored(parts, issue)
    verdict = short.decide(edition, len(held.cards), insisted=insisted, blocks=bool(held.sections))
    if verdict.state is IssueState.SKIPPED:
        raise WrongStateError(f"nothing to approve: {verdict.reason}", issue=issue.id)
    as_sent = replace(issue, short=verdict.short)
    found = blocks(parts, as_sent)
    if left := [one for one in found if one.check not in despite]:
        raise BlockedError(
            f"preflight blocks it: {told(left)}",
            hint=f"mend it, or `digest approve {issue.id} "
            + " ".join(f"--despite {one.check}" for one in left)
            + "`",
            issue=issue.id,
        )
    rules, now = rules_hash(parts, as_sent), parts.clock.now()
    with writing(parts.engine) as connection:
        seen = issues.get(connection, issue.id, to_change=True)
        if (seen.state, seen.revision) != (issue.state, issue.revision):
            raise conflict(connection, seen, issue.revision)
        made = drafts.content_hash(drafts.of(connection, issue.id))
        if made != seen.content_hash:
            raise WrongStateError("its stories are being changed", issue=issue.id)
        approvals.allow(connection, seen, found, who, now)
        shown.note(connection, seen, now, who)
        content = Content(revision=seen.revision, content_hash=made, rules_hash=rules)
        editor = approvals.last_editor(connection, issue.id)
        _may(connection, seen, edition.approval.people, content, who, editor)
        given = approvals.give(connection, seen.id, content, who, now)
        along(connection)
        if len(given) < edition.approval.people:
            return _half(connection, parts, seen, who)
        return issues.move(
            connection,
            seen,
            IssueState.APPROVED,
            who,
            now,
            approved_revision=seen.revision,
            short=verdict.short,
        )


def lacking(connection: Connection, issue: Issue, people: int, content: Content) -> str:
    """Why an approved issue must not go as it is; empty where it may."""
    standing = approvals.standing(connection, issue.id)
    of_it = {_name(one.who) for one in standing if one.content == content}
    if len(of_it) >= people:
        return ""
    before = standing[-1].content if standing else None
    if before is None:
        return "no approval of it stands"
    if before.revision != content.revision or before.content_hash != content.content_hash:
        return f"its stories are not those of revision {before.revision}, which was approved"
    if before.rules_hash != content.rules_hash:
        return "its templates, brand or edition changed after it was approved"
    return f"{people} people have to approve it"


def drop(connection: Connection, parts: Parts, issue: Issue, why: str, who: str) -> Issue:
    """Take an issue's approval back: it is under review again. Raises WrongStateError."""
    now = parts.clock.now()
    approvals.withdraw(connection, issue.id, now)
    return issues.move(
        connection, issue, IssueState.REVIEW, who, now, reason=why, approved_revision=None
    )


def hold(parts: Parts, issue: Issue, who: str, why: str = "", *, along: Along = nothing) -> Issue:
    """Hold an issue until a person approves it or gives it to review. Raises WrongStateError."""
    told = f"held by {who}"
    return _end(parts, issue, IssueState.HELD, who, told, why, Hold.PERSON, along=along)


def skip(parts: Parts, issue: Issue, who: str, why: str = "", *, along: Along = nothing) -> Issue:
    """Leave an issue out: nobody gets it, its stories roll into the next one.

    Raises WrongStateError once its audience is frozen.
    """
    return _end(parts, issue, IssueState.SKIPPED, who, f"left out by {who}", why, along=along)


def review(parts: Parts, issue: Issue, who: str, *, along: Along = nothing) -> Issue:
    """Give an issue to people to look at, now; approvals are taken back.

    Raises WrongStateError where it cannot be changed any more.
    """
    if issue.state is IssueState.PLANNED:
        issue = compose(parts, issue)
    if issue.state is IssueState.REVIEW:
        raise WrongStateError("the issue is under review already", issue=issue.id)
    with writing(parts.engine) as connection:
        if errata.get(connection, issue.id) is not None:
            raise WrongStateError("a letter about a mistake has nothing to fill", issue=issue.id)
        given = drop(connection, parts, issue, f"given to review by {who}", who)
        along(connection)
        return given


def changed(parts: Parts, issue: Issue, since: int) -> str:
    """What changed in an issue since a revision that somebody saw, for a person."""
    with reading(parts.engine) as connection:
        return "; ".join(changes(connection, issue, since, issue.revision))


def _end(
    parts: Parts,
    issue: Issue,
    after: IssueState,
    who: str,
    told: str,
    why: str,
    hold: Hold | None = None,
    *,
    along: Along,
) -> Issue:
    now = parts.clock.now()
    with writing(parts.engine) as connection:
        approvals.withdraw(connection, issue.id, now)
        along(connection)
        reason = f"{told}{f': {why}' if why else ''}"
        return issues.move(
            connection, issue, after, who, now, reason=reason, hold=hold, approved_revision=None
        )


def _letter(parts: Parts, issue: Issue, who: str, along: Along) -> Issue:
    """Approve a letter about a mistake. Its words stand still: by what it is made may change."""
    people = parts.edition(issue.edition).approval.people
    rules, now = rules_hash(parts, issue), parts.clock.now()
    with writing(parts.engine) as connection:
        seen = issues.get(connection, issue.id, to_change=True)
        if seen.state is not IssueState.HELD:
            raise WrongStateError(f"a letter that is {seen.state} is not approved", issue=issue.id)
        content = Content(revision=seen.revision, content_hash=seen.content_hash, rules_hash=rules)
        _may(connection, seen, people, content, who, errata.author(connection, issue.id))
        given = approvals.give(connection, seen.id, content, who, now)
        along(connection)
        if len(given) < people:
            return issues.explain(connection, seen, _HALF.format(who))
        return errata.lock(connection, seen, rules, now, who)


_HALF = "approved by {}; a second person has to approve it"


def _may(
    connection: Connection,
    issue: Issue,
    people: int,
    content: Content,
    who: str,
    editor: str | None,
) -> None:
    """Refuse who may not approve this, where two have to. Raises WrongStateError."""
    standing = [one for one in approvals.standing(connection, issue.id) if one.content == content]
    if people <= 1 or not standing:
        return
    if _name(who) in {_name(one.who) for one in standing}:
        raise WrongStateError(
            f"{who} approved it already", hint="a second person has to", issue=issue.id
        )
    if editor is not None and _name(editor) == _name(who):
        raise WrongStateError(
            f"{who} edited it last", hint="somebody else has to approve it", issue=issue.id
        )


def _half(connection: Connection, parts: Parts, issue: Issue, who: str) -> Issue:
    """One of two has approved: it waits under review for the other."""
    told = _HALF.format(who)
    if issue.state is IssueState.REVIEW:
        return issues.explain(connection, issue, told)
    return issues.move(connection, issue, IssueState.REVIEW, who, parts.clock.now(), reason=told)


def _name(who: str) -> str:
    return " ".join(who.split()).casefold()
