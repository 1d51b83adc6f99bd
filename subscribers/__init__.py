"""Subscribers: the people, what they agreed to and what they chose. Knows nothing of the line.

This is the only door: all that the rest of the product may use is named here.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from subscribers.api.keys import ApiKey, ApiKeys
from subscribers.audience import Exclusion
from subscribers.care import Care
from subscribers.consent import ConsentEvent
from subscribers.correspondence import Correspondence
from subscribers.crowd import Crowd
from subscribers.departures import Departures
from subscribers.engagement import Engagement
from subscribers.errors import (
    BadAddressError,
    BadTokenError,
    ImportTakenError,
    SegmentError,
    SegmentMistake,
    SubscribersError,
    SuppressedError,
    TakenError,
    UnknownError,
    UnreadableFileError,
)
from subscribers.export import ExportFormat
from subscribers.foreign import FORMATS
from subscribers.formulas import csv_row
from subscribers.given import Reading
from subscribers.limits import Limits
from subscribers.migrations import migrate, pending, rehearse, revision
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
from subscribers.permission import Permission
from subscribers.person import as_html, as_json, as_zip
from subscribers.ports import NextIssue
from subscribers.reapply import Reapplied, reapply
from subscribers.retention import Keep
from subscribers.rights import Rights
from subscribers.rows import Finding, Problem
from subscribers.saved import Counted, Saved, Segments
from subscribers.segment_explain import Explanation
from subscribers.segment_list import write_members
from subscribers.segment_parse import closest, parse_segments
from subscribers.segments import Filter
from subscribers.service import Subscribers
from subscribers.site import Site
from subscribers.suppression import DomainSuppression, Suppression, SuppressionCount
from subscribers.tokens import Keys, LeaveSecret
from subscribers.transfer import ImportReport
from subscribers.voice import Voice, Voices
from subscribers.why import Subscription, Why

if TYPE_CHECKING:
    import jinja2
    from sqlalchemy import Table
    from sqlalchemy.engine import Engine
    from starlette.routing import Mount, Route

    from subscribers import ports
    from subscribers.web_joined import Joinable

__all__ = [
    "FORMATS",
    "ApiKey",
    "ApiKeys",
    "BadAddressError",
    "BadTokenError",
    "Care",
    "Catalogue",
    "Choice",
    "Consent",
    "ConsentEvent",
    "Correspondence",
    "Counted",
    "Crowd",
    "Departures",
    "DomainSuppression",
    "Engagement",
    "Exclusion",
    "Explanation",
    "ExportFormat",
    "Filter",
    "Finding",
    "Frequency",
    "ImportReport",
    "ImportTakenError",
    "Keep",
    "Keys",
    "LeaveSecret",
    "Limits",
    "Member",
    "NextIssue",
    "Pause",
    "Permission",
    "Preferences",
    "Problem",
    "Reader",
    "Reading",
    "Reapplied",
    "Recipient",
    "Rights",
    "Saved",
    "SegmentError",
    "SegmentMistake",
    "Segments",
    "Site",
    "Style",
    "Subscribers",
    "SubscribersError",
    "Subscription",
    "SuppressedError",
    "Suppression",
    "SuppressionCount",
    "TakenError",
    "UnknownError",
    "UnreadableFileError",
    "Voice",
    "Voices",
    "Why",
    "api_document",
    "api_routes",
    "as_html",
    "as_json",
    "as_zip",
    "closest",
    "csv_row",
    "joinable",
    "migrate",
    "parse_segments",
    "pending",
    "reapply",
    "rehearse",
    "revision",
    "routes",
    "tables",
    "write_members",
]


def tables() -> "Sequence[Table]":
    """Every table of ours, those that others refer to first: for copies of the whole database."""
    from subscribers.tables import metadata

    return metadata.sorted_tables


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


def api_routes(
    subscribers: Subscribers,
    engine: "Engine",
    keys: Keys,
    now: Callable[[], datetime],
    *,
    per_second: float,
) -> "list[Mount]":
    """``/api/v1``; each of its keys may call so often. Loaded only where pages are served."""
    from subscribers.api import web
    from subscribers.api.operations import Operations

    return [web.mount(Operations(engine, keys, subscribers, now), per_second)]


def api_document(
    subscribers: Subscribers, engine: "Engine", keys: Keys, now: Callable[[], datetime]
) -> dict[str, object]:
    """The API as an OpenAPI 3.1 document."""
    from subscribers.api.document import document
    from subscribers.api.operations import Operations

    return document(Operations(engine, keys, subscribers, now).every())


def joinable(
    *,
    engine: "Engine",
    keys: Keys,
    limits: Limits,
    catalogue: Catalogue,
    site: Site,
    rights: "ports.Rights | None" = None,
) -> "Joinable":
    """The pages of forms and of links in letters, loaded only where pages are served."""
    from subscribers import web_joined

    return web_joined.Joinable(
        engine=engine, keys=keys, limits=limits, catalogue=catalogue, site=site, rights=rights
    )
