"""What of an issue somebody should hear of. Pure."""

from enum import StrEnum

from digest.model import Hold, Issue, IssueState


class AlertKind(StrEnum):
    """Why an alert is raised; once an issue and kind."""

    #: too few stories while sources fail: it waits for them
    HELD_SOURCES_FAILED = "held_sources_failed"
    #: nobody approved it in time
    HELD_APPROVAL = "held_approval"
    #: preflight blocks it
    HELD_PREFLIGHT = "held_preflight"
    #: a story of it was taken back at the last look
    HELD_STORIES = "held_stories"
    #: its site gives no clear answer: it waits, or went as it was approved
    SITE_TROUBLE = "site_trouble"
    #: it could not be made until its send-by time; nobody got it
    FAILED = "failed"
    #: past its send-by time; nobody got it
    MISSED = "missed"
    #: somebody, or the error budget, paused it on its way
    PAUSED = "paused"
    #: too few stories, and its edition's rule was followed
    SHORT = "short"
    #: more readers complained than the limit allows: it was paused, or was sent already
    COMPLAINTS = "complaints"


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


def kind_of(issue: Issue, *, paused: bool = False) -> AlertKind | None:
    """What is to be said of the issue as it stands, if anything. ``paused``: by whomever."""
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
    return None
