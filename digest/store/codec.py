"""Values of the line as JSON columns and back."""

from typing import Any

from pydantic import TypeAdapter

from digest.model import (
    Candidate,
    Classification,
    Hand,
    Overrides,
    ParsedStory,
    Reject,
    SectionChange,
    Selected,
    Sheet,
    SourceMemory,
)

PARSED = TypeAdapter(ParsedStory)
CLASSIFICATION = TypeAdapter(Classification)
CANDIDATE = TypeAdapter(Candidate)
POOL = TypeAdapter(tuple[Candidate, ...])
MEMORY = TypeAdapter(SourceMemory)
OVERRIDES = TypeAdapter(Overrides)
HAND = TypeAdapter(Hand)
SECTION_CHANGE = TypeAdapter(SectionChange)
SHEET = TypeAdapter(Sheet)
SELECTED = TypeAdapter(Selected)
REJECTS = TypeAdapter(tuple[Reject, ...])


def dump(adapter: TypeAdapter[Any], value: object) -> Any:
    """``value`` as plain JSON types."""
    return adapter.dump_python(value, mode="json")
