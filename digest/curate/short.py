"""What becomes of an issue at its lock: enough stories, too few, or nobody can tell. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from digest.model import Edition, Hold, Issue, IssueState, WhenShort

#: how each answer to too few stories is told
TOLD = {
    WhenShort.ROLL_OVER: "they roll into the next issue",
    WhenShort.SKIP: "skipped, they count as covered",
    WhenShort.QUIET: "sent as a quiet day",
    WhenShort.SEND: "sent as it is",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Where an issue goes from its lock time, and why."""

    state: IssueState
    short: WhenShort | None = None
    hold: Hold | None = None
    reason: str = ""


def decide(
    edition: Edition,
    stories: int,
    failing: Sequence[str] = (),
    *,
    insisted: bool = False,
    blocks: bool = False,
) -> Verdict:
    """What becomes of an issue that holds so many ``stories``, or ``blocks`` of its editors.

    ``failing`` are the edition's sources that nobody could read of late: with too few stories the
    day is then not quiet but unknown. ``insisted``: an editor wants the issue to go as it is.
    """
    if stories >= edition.minimum_stories:
        return Verdict(state=IssueState.LOCKED)
    few = f"{counted(stories)} since the last issue, {edition.minimum_stories} needed"
    if failing:
        why = f"{few}, while sources fail: {', '.join(failing)}"
        return Verdict(state=IssueState.HELD, hold=Hold.SOURCES, reason=why)
    short = _answer(edition, empty=not (stories or blocks), insisted=insisted)
    goes = short in {WhenShort.QUIET, WhenShort.SEND}
    return Verdict(
        state=IssueState.LOCKED if goes else IssueState.SKIPPED,
        short=short,
        reason=f"{few}; {TOLD[short]}",
    )


def told(issue: Issue) -> str:
    """What was done about too few stories, for a person; nothing where there were enough."""
    return "" if issue.short is None else TOLD[issue.short]


def counted(stories: int) -> str:
    """``1 new story``, ``2 new stories``."""
    return f"{stories} new {'story' if stories == 1 else 'stories'}"


def _answer(edition: Edition, *, empty: bool, insisted: bool) -> WhenShort:
    """Never an empty ordinary mail: without content only the quiet-day template goes out."""
    if insisted and not empty:
        return WhenShort.SEND
    if edition.when_short is WhenShort.SEND and empty:
        return WhenShort.ROLL_OVER
    return edition.when_short
