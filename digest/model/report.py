"""A report of an issue that has gone: numbers of many, never of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from digest.ids import IssueId, LinkId
from digest.model.link import LinkPlace

#: fewer readers are no crowd to hide in: nothing is told of them apart
LEAST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What became of a number of mails, in readers."""

    #: the mail was accepted by a provider
    accepted: int = 0
    #: told to be delivered; where nobody tells, 0
    delivered: int = 0
    #: delivered late, or still being tried
    deferred: int = 0
    #: came back, or was dropped by the provider
    bounced: int = 0
    #: called it spam
    complained: int = 0
    #: left the edition between this issue and the next
    left: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            **{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Readers of one segment, or of one receiving domain."""

    name: str
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkClicks:
    """How often a link was followed."""

    link: LinkId
    section: str
    place: LinkPlace
    headline: str
    url: str
    #: whose mail held it
    readers: int
    human: int
    machine: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionClicks:
    """How often the links of a section were followed."""

    section: str
    readers: int
    human: int
    machine: int
    #: what a block is called; empty: it is a section with stories
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clicked:
    """What was followed in an issue; of links that fewer than ``LEAST`` readers have, nothing."""

    human: int
    machine: int
    links: Sequence[LinkClicks]
    sections: Sequence[SectionClicks]
    #: people's clicks by the hour
    hours: Mapping[datetime, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A share of this issue's readers beside those of the issues before it, in per cent."""

    name: str
    this: float
    #: None: there are none before it
    median: float | None = None
    lowest: float | None = None
    highest: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that is told of an issue."""

    issue: IssueId
    edition: str
    local_date: date
    sequence: int
    state: str
    subject: str
    sent_at: datetime | None
    #: deliveries by state, and who was left out by reason
    deliveries: Mapping[str, int]
    left_out: Mapping[str, int]
    figures: Figures
    compared: Sequence[Compared]
    #: issues it is compared with
    before: int
    #: largest first; those too small are together in ``others``, or nowhere
    segments: Sequence[Group]
    domains: Sequence[Group]
    others: Figures | None
    #: groups that are too small to be told of apart
    hidden: int
    #: None: not counted, or of too few readers
    clicked: Clicked | None
