"""Whether a filter holds for one person, condition by condition. Pure; agrees with the SQL."""

import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from subscribers.model import Frequency, Style
from subscribers.segments import (
    DATE,
    NUMBER,
    After,
    AllOf,
    AnyOf,
    Attribute,
    AttributeDate,
    AttributeIs,
    AttributeNumber,
    Before,
    Field,
    Filter,
    Flag,
    Has,
    Is,
    Moment,
    Not,
    Number,
    Numbered,
    Paused,
    Received,
    Timed,
    When,
    instant,
)

#: a condition with no others in it
One = Has | Numbered | Is | Timed | Attribute


@dataclass(frozen=True, slots=True)
class Sent:
    """What a person was sent of an edition."""

    issues: int
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a filter can ask about one subscriber."""

    regions: frozenset[str]
    topics: frozenset[str]
    language: str
    #: those they get
    editions: frozenset[str]
    tags: frozenset[str]
    joined_at: datetime
    left: frozenset[str] = frozenset()
    pending: frozenset[str] = frozenset()
    frequency: str = Frequency.EVERY
    style: str = Style.FULL
    limit: int = 0
    weekly_on: int = 6
    hour: int | None = None
    zone: str = ""
    breaking: bool = False
    chose: bool = False
    paused_until: datetime | None = None
    suppressed: bool = False
    domain: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    #: where they said yes
    consent_sources: frozenset[str] = frozenset()
    #: when they last did
    consented_at: datetime | None = None
    last_active_at: datetime | None = None
    #: edition → what they were sent of it
    received: Mapping[str, Sent] = field(default_factory=dict)


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
    """Whether a settled filter holds for one subscriber, and why."""
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
        case _:
            return Explanation(condition=words(which), holds=_holds(which, facts))


def holds(which: Filter, facts: Facts) -> bool:
    """Whether a settled filter holds for one subscriber."""
    return explain(which, facts).holds


def words(which: Filter) -> str:
    """A filter in words, on one line."""
    match which:
        case AllOf(parts):
            return f"({' and '.join(map(words, parts))})"
        case AnyOf(parts):
            return f"({' or '.join(map(words, parts))})"
        case Not(part):
            return f"not {words(part)}"
        case Has(asked, values):
            return f"{asked} is {' or '.join(values)}"
        case Numbered(number, numbers):
            return f"{number} is {' or '.join(map(str, numbers))}"
        case Is(flag):
            return str(flag)
        case Paused() | Before() | After() | Received():
            return _timed_words(which)
        case AttributeIs() | AttributeDate() | AttributeNumber():
            return f"attribute {which.name} {_value_words(which)}"


def _timed_words(which: Timed) -> str:
    match which:
        case Paused(at):
            return f"paused at {_when(at)}"
        case Before(moment, at, edition):
            return f"{moment}{_of(edition)} before {_when(at)}"
        case After(moment, at, edition):
            return f"{moment}{_of(edition)} after {_when(at)}"
        case Received(least, edition):
            return f"received{_of(edition)} at least {least}"


def _value_words(which: Attribute) -> str:
    match which:
        case AttributeIs(_, values):
            return f"is {' or '.join(values)}" if values else "is there"
        case AttributeDate(_, day, before):
            return f"{'before' if before else 'after'} {day}"
        case AttributeNumber(_, bound, least):
            return f"at {'least' if least else 'most'} {bound:g}"


def _of(edition: str) -> str:
    return f" of {edition}" if edition else ""


def _when(at: When) -> str:
    if isinstance(at, datetime):
        return f"{at:%F %T}"
    hours = at // timedelta(hours=1)
    return f"{hours // 24} days ago" if hours % 24 == 0 and hours else f"{hours} hours ago"


def _holds(which: One, facts: Facts) -> bool:
    match which:
        case Has(Field.LANGUAGE, values):
            return any(f"{facts.language}-".startswith(f"{value}-") for value in values)
        case Has(asked, values):
            return not SETS[asked](facts).isdisjoint(values)
        case Numbered(number, numbers):
            return NUMBERS[number](facts) in numbers
        case Is(flag):
            return _flag(flag, facts)
        case Paused() | Before() | After() | Received():
            return _timed(which, facts)
        case AttributeIs() | AttributeDate() | AttributeNumber():
            value = facts.attributes.get(which.name)
            return value is not None and _value(which, value)


def _timed(which: Timed, facts: Facts) -> bool:
    match which:
        case Paused(at):
            return facts.paused_until is not None and facts.paused_until > instant(at)
        case Before(moment, at, edition):
            then = _moment(moment, edition, facts)
            return then is not None and then < instant(at)
        case After(moment, at, edition):
            then = _moment(moment, edition, facts)
            return then is not None and then >= instant(at)
        case Received(least, edition):
            return sum(one.issues for one in _sent(edition, facts)) >= least


def _value(which: Attribute, value: str) -> bool:
    match which:
        case AttributeIs(_, values):
            return not values or value in values
        case AttributeDate(_, day, before):
            return bool(re.search(DATE, value)) and (value[:10] < day.isoformat()) is before
        case AttributeNumber(_, bound, least):
            if not re.search(NUMBER, value):
                return False
            return float(value) >= bound if least else float(value) <= bound


#: what of a person has words for values; languages go by prefix
SETS: Mapping[Field, Callable[[Facts], AbstractSet[str]]] = {
    Field.REGION: lambda facts: facts.regions,
    Field.TOPIC: lambda facts: facts.topics,
    Field.EDITION: lambda facts: facts.editions,
    Field.LEFT: lambda facts: facts.left,
    Field.PENDING: lambda facts: facts.pending,
    Field.TAG: lambda facts: facts.tags,
    Field.CONSENT_SOURCE: lambda facts: facts.consent_sources,
    Field.FREQUENCY: lambda facts: {facts.frequency},
    Field.STYLE: lambda facts: {facts.style},
    Field.ZONE: lambda facts: {facts.zone},
    Field.DOMAIN: lambda facts: {facts.domain},
}
NUMBERS: Mapping[Number, Callable[[Facts], int | None]] = {
    Number.LIMIT: lambda facts: facts.limit,
    Number.WEEKLY_ON: lambda facts: facts.weekly_on,
    Number.HOUR: lambda facts: facts.hour,
}


def _flag(flag: Flag, facts: Facts) -> bool:
    match flag:
        case Flag.BREAKING:
            return facts.breaking
        case Flag.OWN_HOUR:
            return facts.hour is not None
        case Flag.CHOSE:
            return facts.chose
        case Flag.TAGGED:
            return bool(facts.tags)
        case Flag.SUPPRESSED:
            return facts.suppressed
        case Flag.MAILABLE:
            return bool(facts.editions) and not facts.suppressed


def _moment(moment: Moment, edition: str, facts: Facts) -> datetime | None:
    match moment:
        case Moment.JOINED:
            return facts.joined_at
        case Moment.CONSENT:
            return facts.consented_at
        case Moment.LAST_ACTIVE:
            return facts.last_active_at
        case Moment.LAST_RECEIVED:
            return max((one.last_at for one in _sent(edition, facts)), default=None)


def _sent(edition: str, facts: Facts) -> list[Sent]:
    return [one for slug, one in facts.received.items() if edition in {"", slug}]
