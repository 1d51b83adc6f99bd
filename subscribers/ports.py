"""What ``subscribers`` asks of the rest of the product: whoever wires it plugs these in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from subscribers.voice import Voice


class Coming(Protocol):
    """An issue that is still to go out."""

    @property
    def at(self) -> datetime:
        """When its edition goes."""

    @property
    def days(self) -> frozenset[int]:
        """The ISO weekdays that it answers for: who wants mail on one of them is due."""


class Story(Protocol):
    """A story as a reader would see it in a list."""

    @property
    def headline(self) -> str: ...
    @property
    def source(self) -> str:
        """Who published it, for a person; may be empty."""

    @property
    def language(self) -> str:
        """BCP 47; empty where it is not known."""


class Part(Protocol):
    """A section of an issue, with stories in it."""

    @property
    def title(self) -> str: ...
    @property
    def stories(self) -> Sequence[Story]: ...


class Sample(Protocol):
    """An issue that went out, as a page for anybody."""

    @property
    def path(self) -> str:
        """Where it stands on this site."""

    @property
    def at(self) -> datetime:
        """When it went."""


class NextIssue(Protocol):
    """What is to come, and what came last. Published stories and their sources' own texts only,
    never a draft.
    """

    def sample(self, edition: str, language: str) -> Sample | None:
        """The edition's latest issue, in this language if it went so; none that anybody may see."""

    def coming(self, edition: str, until: datetime) -> Sequence[Coming]:
        """The edition's issues that go out up to then, the next one first."""

    def reaches(self, edition: str, at: datetime, hour: int | None, zone: ZoneInfo) -> datetime:
        """When an issue that goes then reaches who wants it at that hour of their day.

        None: who named no hour.
        """

    def parts(self, edition: str, subscriber: int) -> Sequence[Part]:
        """What the next issue would hold for a person if it went now."""


class Rights(Protocol):
    """What a person may have done with all that the newsroom holds of them."""

    def export(self, who: int, voice: Voice) -> bytes:
        """It as a zip of JSON and, in this language, HTML."""

    def erase(self, who: int) -> object:
        """Erase them everywhere."""
