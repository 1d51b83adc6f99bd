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
#: how the reason of a missed issue begins whose stories a newer one has by now
COALESCED = "its stories come in the issue of"
LOST = {IssueState.MISSED: AlertKind.MISSED, IssueState.FAILED: AlertKind.FAILED}


def kind_of(issue: Issue, *, paused: bool = False, late: bool = False) -> AlertKind | None:
    """What is to be said of the issue as it stands, if anything.

    ``paused``: by whomever. ``late``: it is past its hour, and nothing of it has gone.
    """
    if issue.hold in HELD:
        return HELD[issue.hold]
    # After a long outage the newest one is told of, and nothing of those before it.
    if issue.state is IssueState.MISSED and issue.reason.startswith(COALESCED):
        return None
    if issue.state in LOST:
        return LOST[issue.state]
    if paused and issue.state is IssueState.SENDING:
        return AlertKind.PAUSED
    # What an editor approved short surprises nobody.
    if issue.short is not None and issue.approved_revision is None:
        return AlertKind.SHORT
    return AlertKind.LATE if late and not paused else None
