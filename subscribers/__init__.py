"""Subscribers: the people, what they agreed to and what they chose. Knows nothing of the line.

This is the only door: all that the rest of the product may use is named here. What lies behind it
is imported when somebody asks for it by name: a command pays for what it uses.
"""

import ast
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
    from subscribers.every_table import every_table
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
    from subscribers.reapplying import Reapplied, reapply
    from subscribers.retention import Keep
    from subscribers.rights import Rights
    from subscribers.rows import Finding, Problem
    from subscribers.saved import Counted, Saved, Segments
    from subscribers.segment_explain import Explanation
    from subscribers.segment_list import write_members
    from subscribers.segment_parse import closest, parse_segments
    from subscribers.segments import Filter
    from subscribers.service import Subscribers
    from subscribers.serving import api_document, api_routes, joinable, routes
    from subscribers.site import Site
    from subscribers.suppression import DomainSuppression, Suppression, SuppressionCount
    from subscribers.tokens import Keys, LeaveSecret
    from subscribers.transfer import ImportReport
    from subscribers.voice import Voice, Voices
    from subscribers.why import Subscription, Why

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
    "every_table",
    "joinable",
    "migrate",
    "parse_segments",
    "pending",
    "reapply",
    "rehearse",
    "revision",
    "routes",
    "write_members",
]


if not TYPE_CHECKING:  # a checker would believe that every name is here

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = globals()[name] = getattr(import_module(_homes()[name]), name)
        return found


@cache
def _homes() -> dict[str, str]:
    """Name → module: what the imports at the top say, so that each stands in one place only."""
    here = ast.parse((files(__name__) / "__init__.py").read_text("utf-8"))
    return {
        name.name: str(found.module)
        for found in ast.walk(here)
        if isinstance(found, ast.ImportFrom)
        for name in found.names
    }
