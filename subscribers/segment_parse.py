"""Segments out of ``config.toml``: ``{all = [{region = "africa"}, {not = {tag = "staff"}}]}``.

A list as a value means any of its values; several keys in one table mean all of them. Every
mistake is found in one go, each with the path of its key. docs/segments.md tells every key.
"""

import difflib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import TypeVar

from subscribers import segment_values as values
from subscribers.errors import SegmentError, SegmentMistake
from subscribers.model import Catalogue, Frequency, Style
from subscribers.segments import (
    After,
    AllOf,
    AnyOf,
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
)

Value = TypeVar("Value")

MAXIMUM_DEPTH = 20
TIMES = {f"{moment}_{way}": (moment, way) for moment in Moment for way in values.WAYS}
FLAGS: Mapping[str, Is | Paused] = {flag.value: Is(flag) for flag in Flag} | {"paused": Paused()}
#: what may be asked of an attribute, besides whether it is there
TESTS = ("is", "before", "after", "at_least", "at_most")
#: what may be asked of the issues a person was sent
COUNTS = ("edition", "at_least", "at_most", *(f"last_{way}" for way in values.WAYS))
KEYS = (
    "all",
    "any",
    "not",
    *(field.value for field in Field),
    *(number.value for number in Number),
    *FLAGS,
    *TIMES,
    "attribute",
    "received",
)


def parse_segments(raw: Mapping[str, object], catalogue: Catalogue) -> dict[str, Filter]:
    """Every segment by its name.

    Raises SegmentError with all mistakes, their keys beginning with ``segments.<name>``.
    """
    parser = _Parser(catalogue)
    filters = {name: parser.table(body, f"segments.{name}", 1) for name, body in raw.items()}
    if parser.mistakes:
        raise SegmentError(parser.mistakes)
    return filters


def closest(word: str, known: Iterable[str]) -> str:
    """What to say after an unknown word: the nearest known one, or all of them."""
    words = list(known)
    near = difflib.get_close_matches(word.casefold(), words, n=1)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"known: {', '.join(words)}" if words else "none is known"


#: stands where a mistake was, so that the search for more goes on
_NOTHING = AnyOf(())


class _Parser:
    """Reads filters and gathers the mistakes on the way."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.mistakes: list[SegmentMistake] = []
        editions = catalogue.editions
        self._known: dict[Field, Collection[str]] = {
            Field.REGION: catalogue.regions,
            Field.TOPIC: catalogue.topics,
            Field.EDITION: editions,
            Field.LEFT: editions,
            Field.PENDING: editions,
            Field.FREQUENCY: [one.value for one in Frequency],
            Field.STYLE: [one.value for one in Style],
        }
        self._readers: dict[str, Callable[[object, str], Filter]] = {
            **{field.value: partial(self._has, field) for field in Field},
            **{number.value: partial(self._number, number) for number in Number},
            **{key: partial(self._flag, flag) for key, flag in FLAGS.items()},
            **{key: partial(self._time, *asked) for key, asked in TIMES.items()},
            "attribute": self._attribute,
            "received": self._received,
        }

    def table(self, raw: object, where: str, depth: int) -> Filter:
        if not isinstance(raw, Mapping):
            return self._wrong(where, f'must be a table such as {{region = "…"}}, not {raw!r}')
        if depth > MAXIMUM_DEPTH:
            return self._wrong(where, f"is nested more than {MAXIMUM_DEPTH} deep")
        if not raw:
            return self._wrong(where, f"says nothing; give one of {', '.join(KEYS)}")
        parts = tuple(self._entry(key, raw[key], f"{where}.{key}", depth) for key in raw)
        return _together(parts)

    def _entry(self, key: str, value: object, where: str, depth: int) -> Filter:
        match key:
            case "all":
                return AllOf(self._tables(value, where, depth))
            case "any":
                return AnyOf(self._tables(value, where, depth))
            case "not":
                return Not(self.table(value, where, depth + 1))
            case _ if key in self._readers:
                return self._readers[key](value, where)
        return self._wrong(where, f"is no condition; {closest(key, KEYS)}")

    def _tables(self, raw: object, where: str, depth: int) -> tuple[Filter, ...]:
        if not isinstance(raw, Sequence) or isinstance(raw, str) or not raw:
            return (self._wrong(where, "must be a list of one or more tables"),)
        return tuple(
            self.table(one, f"{where}[{number}]", depth + 1) for number, one in enumerate(raw)
        )

    def _has(self, field: Field, raw: object, where: str) -> Filter:
        given = self._told(where, values.texts, raw) or ()
        return Has(field, tuple(self._word(field, word, where) for word in given))

    def _word(self, field: Field, word: str, where: str) -> str:
        known = self._known.get(field)
        if known is None:
            return self._told(where, values.WORDS[field], word) or ""
        if word not in known:
            what = Field.EDITION if field in {Field.LEFT, Field.PENDING} else field
            self._wrong(where, f"there is no {what} {word!r}; {closest(word, known)}")
        return word

    def _number(self, number: Number, raw: object, where: str) -> Filter:
        given = list(raw) if isinstance(raw, Sequence) and not isinstance(raw, str) else [raw]
        if not given:
            return self._wrong(where, "must be a number or a list of numbers, not []")
        read = values.NUMBERS[number]
        asked = Numbered(number, tuple(self._told(where, read, one) or 0 for one in given))
        if number is Number.WEEKLY_ON:
            # everybody has a day, and it means something to weekly readers only
            return AllOf((Has(Field.FREQUENCY, (Frequency.WEEKLY.value,)), asked))
        return asked

    def _flag(self, flag: Is | Paused, raw: object, where: str) -> Filter:
        if not isinstance(raw, bool):
            return self._wrong(where, f"must be true or false, not {raw!r}")
        return flag if raw else Not(flag)

    def _time(self, moment: Moment, way: str, raw: object, where: str, edition: str = "") -> Filter:
        at = self._told(where, values.span if way == "within" else values.moment, raw)
        if at is None:
            return _NOTHING
        return Before(moment, at, edition) if way == "before" else After(moment, at, edition)

    def _attribute(self, raw: object, where: str) -> Filter:
        if not isinstance(raw, Mapping) or not isinstance(raw.get("name"), str):
            return self._wrong(where, 'must be a table such as {name = "plan", is = "gold"}')
        name = self._told(f"{where}.name", values.attribute_name, raw["name"]) or ""
        asked = tuple(
            self._test(name, key, raw[key], f"{where}.{key}") for key in raw if key != "name"
        )
        return _together(asked) if asked else AttributeIs(name)

    def _test(self, name: str, key: str, raw: object, where: str) -> Filter:
        match key:
            case "is":
                return AttributeIs(name, self._told(where, values.attribute_values, raw) or ())
            case "before" | "after":
                day = self._told(where, values.day, raw) or date.min
                return AttributeDate(name, day, key == "before")
            case "at_least" | "at_most":
                bound = self._told(where, values.amount, raw) or 0.0
                return AttributeNumber(name, bound, key == "at_least")
        return self._wrong(where, f"is nothing to ask of an attribute; {closest(key, TESTS)}")

    def _received(self, raw: object, where: str) -> Filter:
        if not isinstance(raw, Mapping):
            return self._wrong(where, f"must be a table such as {{at_least = 3}}, not {raw!r}")
        edition = raw.get("edition", "")
        if "edition" in raw:
            given = self._told(f"{where}.edition", values.text, edition) or ""
            edition = given and self._word(Field.EDITION, given, f"{where}.edition")
        asked = tuple(
            self._count(edition, key, raw[key], f"{where}.{key}") for key in raw if key != "edition"
        )
        return _together(asked) if asked else Received(1, edition)

    def _count(self, edition: str, key: str, raw: object, where: str) -> Filter:
        match key:
            case "at_least":
                return Received(self._told(where, values.issues, raw) or 1, edition)
            case "at_most":
                most = self._told(where, values.issues_or_none, raw) or 0
                return Not(Received(most + 1, edition))
            case _ if key in COUNTS:
                way = key.removeprefix("last_")
                return self._time(Moment.LAST_RECEIVED, way, raw, where, edition)
        return self._wrong(where, f"is nothing to ask of issues received; {closest(key, COUNTS)}")

    def _told(self, where: str, read: Callable[[object], Value], raw: object) -> Value | None:
        """What ``read`` makes of a value; None where it is wrong, which is written down."""
        try:
            return read(raw)
        except values.WrongError as error:
            self._wrong(where, str(error))
            return None

    def _wrong(self, key: str, problem: str) -> Filter:
        self.mistakes.append(SegmentMistake(key, problem))
        return _NOTHING


def _together(parts: tuple[Filter, ...]) -> Filter:
    return parts[0] if len(parts) == 1 else AllOf(parts)
