"""Rows of JSON lines: a story each in, its reading out."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

from digest.curate.classify import Classifier
from digest.model import Classification, ParsedStory


class BadRowError(ValueError):
    """A line that is no story."""


def classified(
    raw: bytes,
    ready: Callable[[str | None], Classifier],
    reading: Callable[[Classification], Mapping[str, object]],
) -> bytes:
    """One row’s reading as a line of JSON; ``ready`` makes the classifier for a home country.

    Raises BadRowError.
    """
    row = _row(raw)
    home = _text(row, "home").upper() or None
    if home is not None and not (len(home) == 2 and home.isascii() and home.isalpha()):
        raise BadRowError("home must be a country's two letters (ISO 3166-1)")
    found = ready(home).classify(_story(row))
    told = {"id": row["id"], **reading(found)}
    return json.dumps(told, ensure_ascii=False, default=_plain).encode("utf-8", "replace") + b"\n"


def _row(raw: bytes) -> dict[str, Any]:
    try:
        row = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BadRowError(f"is no JSON: {type(error).__name__}") from error
    if not isinstance(row, dict):
        raise BadRowError("must be an object with id, title and body")
    if not isinstance(row.get("id"), str | int):
        raise BadRowError("has no id")
    return row


def _story(row: Mapping[str, Any]) -> ParsedStory:
    headline, text = _text(row, "title"), _text(row, "body")
    if not headline.strip() and not text.strip():
        raise BadRowError("has neither title nor body")
    categories = row.get("categories") or ()
    if isinstance(categories, str):
        categories = (categories,)
    if not all(isinstance(name, str) for name in categories):
        raise BadRowError("categories must be a list of names")
    return ParsedStory(
        aliases=(),
        url=_text(row, "url"),
        headline=headline,
        text=text,
        language=_text(row, "language"),
        categories=tuple(categories),
    )


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadRowError(f"{key} must be text")
    return value.encode("utf-8", "replace").decode("utf-8")


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(type(value).__name__)
