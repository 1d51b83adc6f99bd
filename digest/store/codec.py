"""Values of the line as JSON columns and back."""

from functools import cached_property
from typing import Any, Generic, TypeVar

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

T = TypeVar("T")


class Codec(Generic[T]):
    """One shape as JSON. Its adapter takes milliseconds to make and waits for its first use."""

    def __init__(self, shape: type[T]) -> None:
        self._shape = shape

    @cached_property
    def _adapter(self) -> TypeAdapter[T]:
        return TypeAdapter(self._shape)

    def validate_python(self, value: object) -> T:
        """What plain JSON types tell. Raises ValidationError."""
        return self._adapter.validate_python(value)

    def validate_json(self, text: str | bytes) -> T:
        """What a JSON text tells. Raises ValidationError."""
        return self._adapter.validate_json(text)

    def dump(self, value: T, *, defaults: bool = True) -> Any:
        """``value`` as plain JSON types; without what is as it is by default if so told."""
        return self._adapter.dump_python(value, mode="json", exclude_defaults=not defaults)


PARSED = Codec(ParsedStory)
CLASSIFICATION = Codec(Classification)
CANDIDATE = Codec(Candidate)
POOL = Codec(tuple[Candidate, ...])
MEMORY = Codec(SourceMemory)
OVERRIDES = Codec(Overrides)
HAND = Codec(Hand)
SECTION_CHANGE = Codec(SectionChange)
SHEET = Codec(Sheet)
SELECTED = Codec(Selected)
REJECTS = Codec(tuple[Reject, ...])
