"""What of an issue somebody should hear of. Pure."""

from digest.model import AlertKind, Hold, Issue, IssueState

#: what somebody holds themselves surprises nobody
HELD = {
    Hold.SOURCES: AlertKind.HELD_SOURCES_FAILED,
    Hold.APPROVAL: AlertKind.HELD_APPROVAL,
    Hold.PREFLIGHT: AlertKind.HELD_PREFLIGHT,
    Hold.STORIES: AlertKind.HELD_STORIES,
    Hold.SITE: AlertKind.SITE_TROUBLE,
}
LOST = {IssueState.MISSED: AlertKind.MISSED, IssueState.FAILED: AlertKind.FAILED}


def kind_of(issue: Issue, *, paused: bool = False, late: bool = False) -> AlertKind | None:
    """What is to be said of the issue as it stands, if anything.

    ``paused``: by whomever. ``late``: it is past its hour, and nothing of it has gone.
    """
    if issue.hold in HELD:
        return HELD[issue.hold]
    if issue.state in LOST:
        return LOST[issue.state]
    if paused and issue.state is IssueState.SENDING:
        return AlertKind.PAUSED
    # What an editor approved short surprises nobody.
    if issue.short is not None and issue.approved_revision is None:
        return AlertKind.SHORT
    return AlertKind.LATE if late and not paused else None
