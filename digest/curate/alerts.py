"""What of an issue somebody should hear of. Pure."""

from enum import StrEnum

from digest.model import Hold, Issue, IssueState


class AlertKind(StrEnum):
    """Why an alert is raised; once an issue and kind."""

    #: too few stories while sources fail: it waits for them
    HELD_SOURCES_FAILED = "held_sources_failed"
    #: past its send-by time; nobody got it
    MISSED = "missed"
    #: somebody, or the error budget, paused it on its way
    PAUSED = "paused"
    #: too few stories, and its edition's rule was followed
    SHORT = "short"
    #: more readers complained than the limit allows: it was paused, or was sent already
    COMPLAINTS = "complaints"


def kind_of(issue: Issue, *, paused: bool = False) -> AlertKind | None:
    """What is to be said of the issue as it stands, if anything. ``paused``: by whomever."""
    if issue.hold is Hold.SOURCES:
        return AlertKind.HELD_SOURCES_FAILED
    if issue.state is IssueState.MISSED:
        return AlertKind.MISSED
    if paused and issue.state is IssueState.SENDING:
        return AlertKind.PAUSED
    # What an editor approved short surprises nobody.
    if issue.short is not None and issue.approved_revision is None:
        return AlertKind.SHORT
    return None
