"""Segments: named filters over subscribers, as values. Pure; segment_sql.py makes SQL of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Field(StrEnum):
    """What a condition asks about."""

    #: a region they chose; someone who chose none, and so gets all, is not in it
    REGION = "region"
    #: likewise a topic
    TOPIC = "topic"
    #: their language, by prefix as in RFC 4647 §3.3.1: ``en`` holds for ``en-gb``
    LANGUAGE = "language"
    #: an edition they get
    EDITION = "edition"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class Has:
    """The field has one of these values."""

    field: Field
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JoinedBefore:
    """They said yes before this instant."""

    at: datetime


@dataclass(frozen=True, slots=True)
class JoinedAfter:
    """They said yes at this instant or later: the opposite of ``JoinedBefore``."""

    at: datetime


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Filter"


Filter = AllOf | AnyOf | Not | Has | JoinedBefore | JoinedAfter


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a filter can ask about one subscriber."""

    regions: frozenset[str]
    topics: frozenset[str]
    language: str
    editions: frozenset[str]
    tags: frozenset[str]
    joined_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Whether a filter holds for one subscriber, condition by condition."""

    condition: str
    holds: bool
    parts: tuple["Explanation", ...] = ()

    def lines(self, indent: int = 0) -> list[str]:
        """For a person: one line per condition, parts indented."""
        mark = "yes" if self.holds else "no "
        own = f"{'  ' * indent}{mark} {self.condition}"
        return [own, *(line for part in self.parts for line in part.lines(indent + 1))]


def explain(which: Filter, facts: Facts) -> Explanation:
    """Whether a filter holds for one subscriber, and why."""
    match which:
        case AllOf(parts):
            told = tuple(explain(part, facts) for part in parts)
            return Explanation(condition="all of", holds=all(t.holds for t in told), parts=told)
        case AnyOf(parts):
            told = tuple(explain(part, facts) for part in parts)
            return Explanation(condition="any of", holds=any(t.holds for t in told), parts=told)
        case Not(part):
            inner = explain(part, facts)
            return Explanation(condition="not", holds=not inner.holds, parts=(inner,))
        case Has(field, values):
            words = f"{field} is {' or '.join(values)}"
            return Explanation(condition=words, holds=_has(field, values, facts))
        case JoinedBefore(at):
            return Explanation(condition=f"joined before {at:%F %T}", holds=facts.joined_at < at)
        case JoinedAfter(at):
            return Explanation(condition=f"joined after {at:%F %T}", holds=facts.joined_at >= at)


def holds(which: Filter, facts: Facts) -> bool:
    """Whether a filter holds for one subscriber."""
    return explain(which, facts).holds


def _has(field: Field, values: tuple[str, ...], facts: Facts) -> bool:
    match field:
        case Field.REGION:
            return not facts.regions.isdisjoint(values)
        case Field.TOPIC:
            return not facts.topics.isdisjoint(values)
        case Field.EDITION:
            return not facts.editions.isdisjoint(values)
        case Field.TAG:
            return not facts.tags.isdisjoint(values)
        case Field.LANGUAGE:
            return any(f"{facts.language}-".startswith(f"{value}-") for value in values)
