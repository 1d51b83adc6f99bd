"""Which states an issue may go to from each. Pure."""

from digest.model import Hold, Issue, IssueState

S = IssueState

#: how an issue ends before anything of it goes: by itself, or by a person
GIVEN_UP = frozenset({S.MISSED, S.FAILED, S.CANCELLED})

NEXT: dict[IssueState, frozenset[IssueState]] = {
    S.PLANNED: frozenset({S.DRAFTING, S.SKIPPED, S.HELD}) | GIVEN_UP,
    S.DRAFTING: frozenset({S.REVIEW, S.APPROVED, S.LOCKED, S.SKIPPED, S.HELD}) | GIVEN_UP,
    S.REVIEW: frozenset({S.DRAFTING, S.APPROVED, S.LOCKED, S.SKIPPED, S.HELD}) | GIVEN_UP,
    # A change of content, or of what it is made by, takes the approval back.
    S.APPROVED: frozenset({S.REVIEW, S.DRAFTING, S.LOCKED, S.SKIPPED, S.HELD}) | GIVEN_UP,
    # What waited for its sources fills on, and locks or is skipped from there. What waited for a
    # site to answer is locked as it was.
    S.HELD: frozenset({S.REVIEW, S.APPROVED, S.DRAFTING, S.LOCKED, S.SKIPPED}) | GIVEN_UP,
    # As long as nothing of it went, somebody may take it back, and the last look may.
    S.LOCKED: frozenset({S.SENDING, S.DRAFTING, S.REVIEW, S.SKIPPED, S.HELD}) | GIVEN_UP,
    S.SENDING: frozenset({S.SENT}),
    # Somebody may decide that what is in doubt is sent again.
    S.SENT: frozenset({S.SENDING, S.CORRECTED}),
    S.CORRECTED: frozenset(),
    S.SKIPPED: frozenset(),
    S.MISSED: frozenset(),
    S.FAILED: frozenset(),
    S.CANCELLED: frozenset(),
}

#: states from which an issue can still go out
UNFINISHED = frozenset({S.PLANNED, S.DRAFTING, S.REVIEW, S.APPROVED, S.HELD, S.LOCKED, S.SENDING})
#: states in which an issue has gone to its readers
WENT = frozenset({S.SENT, S.CORRECTED})
#: what is held for these fills on meanwhile
_FILLING = frozenset({Hold.SOURCES, Hold.PREFLIGHT, Hold.STORIES})

#: states in which an issue has gone to its readers
WENT = frozenset({S.SENT, S.CORRECTED})


def fills(issue: Issue) -> bool:
    """Whether the issue's stories may still change by themselves."""
    return issue.state in {S.PLANNED, S.DRAFTING, S.REVIEW} or issue.hold in _FILLING


def waits_for_approval(issue: Issue) -> bool:
    """Whether a person may approve it now."""
    return issue.state in {S.PLANNED, S.DRAFTING, S.REVIEW, S.HELD}


def allowed(before: IssueState, after: IssueState) -> bool:
    """Whether an issue may go from ``before`` to ``after``."""
    return after in NEXT[before]
