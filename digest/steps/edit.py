"""edit: an editor's act upon an issue, done at once and upon what they saw, or not at all."""

from sqlalchemy.engine import Connection

from digest.curate.fill import standing
from digest.curate.lifecycle import fills
from digest.curate.order import Ranked
from digest.desk.actions import KINDS, Action, AddBlock, ChangeBlock, Pin, Replace, Restore
from digest.desk.apply import apply
from digest.errors import NotFoundError, WrongStateError
from digest.model import Draft, Hand, Issue, IssueId, IssueState
from digest.steps import editions
from digest.steps.approve import drop
from digest.steps.compose import compose
from digest.steps.history import conflict, told_between
from digest.steps.parts import Parts
from digest.store import drafts, hands, issues, stories
from digest.store.engine import reading, writing


def edit(
    parts: Parts, issue_id: IssueId, seen: int | None, who: str, action: Action | Restore
) -> Issue:
    """Do ``action`` to an issue that stands at revision ``seen``; None: however it stands.

    The pool stays as it is, save for a story that an editor brings in from outside. An approved
    issue is no longer approved. Raises ConflictError where the issue changed since, NotFoundError,
    InvalidError for words that cannot be used, and WrongStateError for an issue that stands still.
    """
    with reading(parts.engine) as connection:
        planned = issues.get(connection, issue_id)
    if planned.state is IssueState.PLANNED:
        compose(parts, planned)
    if isinstance(action, (AddBlock, ChangeBlock, Restore)):
        parts.audience  # noqa: B018 - made before the transaction: it may write when it is made
    with writing(parts.engine) as connection:
        issue = _open(connection, issue_id, seen)
        draft = parts.pools.draft(connection, issue)
        hand = _hand(connection, parts, issue, draft, action)
        if hand == draft.hand:
            return issue
        _check_segments(parts, hand)
        pool = parts.pools.of(connection, issue)
        issue = _store(connection, parts, issue, pool, hand)
        hands.write(connection, issue, hand, who, KINDS[type(action)], parts.clock.now())
        if issue.state is IssueState.APPROVED:
            issue = drop(connection, parts, issue, "changed after it was approved", who)
    return compose(parts, issue) if _outsiders(draft, hand) else issue


def editable(issue: Issue) -> bool:
    """Whether editors may still change what an issue says."""
    return fills(issue) or issue.state in {IssueState.APPROVED, IssueState.HELD}


def would(parts: Parts, issue_id: IssueId, action: Action | Restore) -> list[str]:
    """What ``edit`` would change, in words. Stores nothing. Raises as ``edit`` does."""
    with reading(parts.engine) as connection:
        issue = issues.get(connection, issue_id)
        _check_open(issue)
        draft = parts.pools.draft(connection, issue)
        hand = _hand(connection, parts, issue, draft, action)
        _check_segments(parts, hand)
        return told_between(connection, draft.hand, hand)


def _check_open(issue: Issue) -> None:
    if not editable(issue):
        raise WrongStateError(
            f"the issue is {issue.state}: its content stands still", issue=issue.id
        )


def _open(connection: Connection, issue_id: IssueId, seen: int | None) -> Issue:
    issue = issues.get(connection, issue_id, to_change=True)
    _check_open(issue)
    if seen is not None and issue.revision != seen:
        raise conflict(connection, issue, seen)
    return issue


def _hand(
    connection: Connection, parts: Parts, issue: Issue, draft: Draft, action: Action | Restore
) -> Hand:
    """The hand that the action makes."""
    if isinstance(action, Restore):
        if not 0 <= action.revision <= issue.revision:
            raise NotFoundError(f"there is no revision {action.revision}", issue=issue.id)
        return hands.in_force(connection, issue.id, action.revision)
    if isinstance(action, Pin | Replace):
        story = action.story if isinstance(action, Pin) else action.new
        if not stories.get(connection, [story], live=True):
            raise NotFoundError("there is no such story, or it is held back", story=story)
    return apply(draft, action, editions.standing(connection, parts, issue.edition))


def _store(connection: Connection, parts: Parts, issue: Issue, ranked: Ranked, hand: Hand) -> Issue:
    edition = editions.shown(connection, parts, issue.edition, hand)
    slots = standing(edition.sections, ranked, hand.placed)
    filled = Draft(pool=ranked.pool, slots=slots, hand=hand)
    return drafts.refilled(connection, issue, filled, parts.clock.now())


def _check_segments(parts: Parts, hand: Hand) -> None:
    """Raise NotFoundError for a block's segment that there is not."""
    named = {name for block in hand.blocks for name in block.segments}
    unknown = sorted(named - set(parts.audience.segments)) if named else []
    if unknown:
        raise NotFoundError(f"there is no segment {unknown[0]!r}", hint="`digest segments list`")


def _outsiders(draft: Draft, hand: Hand) -> bool:
    """Whether an editor placed a story now that the pool does not hold yet."""
    known = {one.stored.id for one in draft.pool}
    known |= {slot.story for slot in draft.hand.placed if slot.pinned}
    return any(slot.pinned and slot.story not in known for slot in hand.placed)
