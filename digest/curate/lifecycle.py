"""Which states an issue may go to from each. Pure."""

from digest.model import Hold, Issue, IssueState

S = IssueState

NEXT: dict[IssueState, frozenset[IssueState]] = {
    S.PLANNED: frozenset({S.DRAFTING, S.SKIPPED, S.MISSED, S.HELD}),
    S.DRAFTING: frozenset({S.APPROVED, S.LOCKED, S.SKIPPED, S.HELD, S.MISSED}),
    # A change of content takes the approval back.
    S.APPROVED: frozenset({S.DRAFTING, S.LOCKED, S.MISSED}),
    # What waited for its sources fills on, and locks or is skipped from there.
    S.HELD: frozenset({S.APPROVED, S.DRAFTING, S.MISSED}),
    # As long as nothing of it went, somebody may take it back.
    S.LOCKED: frozenset({S.SENDING, S.MISSED, S.DRAFTING}),
    S.SENDING: frozenset({S.SENT}),
    # Somebody may decide that what is in doubt is sent again.
    S.SENT: frozenset({S.SENDING, S.CORRECTED}),
    S.CORRECTED: frozenset(),
    S.SKIPPED: frozenset(),
    S.MISSED: frozenset(),
}

#: states from which an issue can still go out
UNFINISHED = frozenset({S.PLANNED, S.DRAFTING, S.APPROVED, S.HELD, S.LOCKED, S.SENDING})

#: states in which an issue has gone to its readers
WENT = frozenset({S.SENT, S.CORRECTED})


def fills(issue: Issue) -> bool:
    """Whether the issue's stories may still change."""
    return issue.state in {S.PLANNED, S.DRAFTING} or issue.hold is Hold.SOURCES


def allowed(before: IssueState, after: IssueState) -> bool:
    """Whether an issue may go from ``before`` to ``after``."""
    return after in NEXT[before]
