"""Segments out of ``config.toml``: ``{all = [{region = "africa"}, {not = {tag = "staff"}}]}``.

A list as a value means any of its values; several keys in one table mean all of them. Every
mistake is found in one go, each with the path of its key.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time

from subscribers.errors import SegmentError, SegmentMistake
from subscribers.model import Catalogue
from subscribers.segments import AllOf, AnyOf, Field, Filter, Has, JoinedAfter, JoinedBefore, Not
from subscribers.values import language_code, tag_name

MAXIMUM_DEPTH = 20
KEYS = ("all", "any", "not", *(field.value for field in Field), "joined_before", "joined_after")


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
        self._known = {
            Field.REGION: catalogue.regions,
            Field.TOPIC: catalogue.topics,
            Field.EDITION: catalogue.editions,
        }

    def table(self, raw: object, where: str, depth: int) -> Filter:
        if not isinstance(raw, Mapping):
            return self._wrong(where, f'must be a table such as {{region = "…"}}, not {raw!r}')
        if depth > MAXIMUM_DEPTH:
            return self._wrong(where, f"is nested more than {MAXIMUM_DEPTH} deep")
        if not raw:
            return self._wrong(where, f"says nothing; give one of {', '.join(KEYS)}")
        parts = tuple(self._entry(key, raw[key], f"{where}.{key}", depth) for key in raw)
        return parts[0] if len(parts) == 1 else AllOf(parts)

    def _entry(self, key: str, value: object, where: str, depth: int) -> Filter:
        match key:
            case "all":
                return AllOf(self._tables(value, where, depth))
            case "any":
                return AnyOf(self._tables(value, where, depth))
            case "not":
                return Not(self.table(value, where, depth + 1))
            case "joined_before" | "joined_after":
                return self._joined(key, value, where)
            case _ if key in set(Field):
                return self._has(Field(key), value, where)
        return self._wrong(where, f"is no condition; {closest(key, KEYS)}")

    def _tables(self, raw: object, where: str, depth: int) -> tuple[Filter, ...]:
        if not isinstance(raw, Sequence) or isinstance(raw, str) or not raw:
            return (self._wrong(where, "must be a list of one or more tables"),)
        return tuple(
            self.table(one, f"{where}[{number}]", depth + 1) for number, one in enumerate(raw)
        )

    def _has(self, field: Field, raw: object, where: str) -> Filter:
        values = [raw] if isinstance(raw, str) else raw
        if not isinstance(values, Sequence) or not values:
            return self._wrong(where, f"must be a text or a list of texts, not {raw!r}")
        return Has(field, tuple(self._value(field, value, where) for value in values))

    def _value(self, field: Field, raw: object, where: str) -> str:
        if not isinstance(raw, str):
            self._wrong(where, f"must be a text or a list of texts, not {raw!r}")
            return ""
        known = self._known.get(field)
        if known is not None:
            if raw not in known:
                self._wrong(where, f"there is no {field} {raw!r}; {closest(raw, known)}")
            return raw
        value = language_code(raw) if field is Field.LANGUAGE else tag_name(raw)
        if value is None:
            self._wrong(where, f"{raw!r} is no {field}")
        return value or ""

    def _joined(self, key: str, raw: object, where: str) -> Filter:
        if isinstance(raw, datetime):
            if raw.utcoffset() is None:
                return self._wrong(where, f"{raw} needs a zone, e.g. {raw.isoformat()}Z")
            at = raw.astimezone(UTC)
        elif isinstance(raw, date):
            at = datetime.combine(raw, time(), UTC)
        else:
            return self._wrong(where, f"must be a date such as 2026-01-31, not {raw!r}")
        return JoinedBefore(at) if key == "joined_before" else JoinedAfter(at)

    def _wrong(self, key: str, problem: str) -> Filter:
        self.mistakes.append(SegmentMistake(key, problem))
        return _NOTHING
