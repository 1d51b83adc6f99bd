"""The shape of a segment's filter; ``subscribers`` says what its values mean."""

from collections.abc import Mapping
from datetime import date, datetime

from pydantic import Field

from digest.config.table import Table

#: one of them, or a list that means any of them
Words = str | tuple[str, ...] | None
Numbers = int | str | tuple[int | str, ...] | None
#: a day, an instant, or ``30 days ago``
When = datetime | date | str | None


class Filter(Table):
    """Conditions of a segment, all of which must hold. docs/segments.md tells each."""

    all: tuple["Filter", ...] | None = None
    any: tuple["Filter", ...] | None = None
    not_: "Filter | None" = Field(default=None, alias="not")
    region: Words = None
    topic: Words = None
    language: Words = None
    edition: Words = None
    left: Words = None
    pending: Words = None
    tag: Words = None
    frequency: Words = None
    style: Words = None
    zone: Words = None
    domain: Words = None
    consent_source: Words = None
    limit: Numbers = None
    weekly_on: Numbers = None
    hour: Numbers = None
    breaking: bool | None = None
    own_hour: bool | None = None
    chose: bool | None = None
    tagged: bool | None = None
    suppressed: bool | None = None
    mailable: bool | None = None
    paused: bool | None = None
    joined_before: When = None
    joined_after: When = None
    joined_within: str | None = None
    consent_before: When = None
    consent_after: When = None
    consent_within: str | None = None
    last_active_before: When = None
    last_active_after: When = None
    last_active_within: str | None = None
    last_received_before: When = None
    last_received_after: When = None
    last_received_within: str | None = None
    attribute: Mapping[str, object] | None = None
    received: Mapping[str, object] | None = None
