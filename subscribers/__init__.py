"""Subscribers: the people, what they agreed to and what they chose. Knows nothing of the line.

This is the only door: all that the rest of the product may use is named here.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from subscribers.audience import Exclusion
from subscribers.consent import ConsentEvent
from subscribers.errors import (
    BadAddressError,
    BadTokenError,
    SegmentError,
    SegmentMistake,
    SubscribersError,
    SuppressedError,
    UnknownError,
    UnreadableFileError,
)
from subscribers.foreign import FORMATS
from subscribers.given import Reading
from subscribers.migrations import migrate, pending
from subscribers.model import (
    Catalogue,
    Choice,
    Consent,
    Frequency,
    Member,
    Pause,
    Preferences,
    Reader,
    Recipient,
    Style,
)
from subscribers.ports import NextIssue
from subscribers.rows import Finding, Problem
from subscribers.segment_parse import parse_segments
from subscribers.segments import Explanation, Filter
from subscribers.service import Subscribers
from subscribers.suppression import Suppression
from subscribers.tokens import Keys, LeaveSecret
from subscribers.transfer import ImportReport
from subscribers.voice import Voice, Voices
from subscribers.why import Subscription, Why

if TYPE_CHECKING:
    import jinja2
    from starlette.routing import Route

__all__ = [
    "FORMATS",
    "BadAddressError",
    "BadTokenError",
    "Catalogue",
    "Choice",
    "Consent",
    "ConsentEvent",
    "Exclusion",
    "Explanation",
    "Filter",
    "Finding",
    "Frequency",
    "ImportReport",
    "Keys",
    "LeaveSecret",
    "Member",
    "NextIssue",
    "Pause",
    "Preferences",
    "Problem",
    "Reader",
    "Reading",
    "Recipient",
    "SegmentError",
    "SegmentMistake",
    "Style",
    "Subscribers",
    "SubscribersError",
    "Subscription",
    "SuppressedError",
    "Suppression",
    "UnknownError",
    "UnreadableFileError",
    "Voice",
    "Voices",
    "Why",
    "migrate",
    "parse_segments",
    "pending",
    "routes",
]


def routes(
    subscribers: Subscribers,
    templates: "jinja2.Environment",
    now: Callable[[], datetime],
    voices: Voices | None = None,
    next_issue: NextIssue | None = None,
) -> "list[Route]":
    """The readers' pages: see ``subscribers.web.routes``, loaded only where pages are served."""
    from subscribers import web

    return web.routes(subscribers, templates, now, voices, next_issue)
