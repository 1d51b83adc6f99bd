"""Segments: those of config.toml, those saved beside them, and what counts for them.

For app.py alone.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import subscribers
from digest.config import Settings
from digest.errors import ConfigError, ConfigMistake
from digest.protocols import Clock

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from digest.steps.count_received import Counting


def segments(
    settings: Settings,
    engine: "Engine",
    catalogue: "subscribers.Catalogue",
    now: Callable[[], datetime],
) -> "subscribers.Segments":
    """All segments by name. Raises ConfigError with every mistake in those of config.toml."""
    filters = {
        one.name: one.filter.model_dump(exclude_none=True, by_alias=True)
        for one in settings.segments
    }
    try:
        configured = subscribers.parse_segments(filters, catalogue)
    except subscribers.SegmentError as error:
        mistakes = [ConfigMistake(one.key, one.problem) for one in error.mistakes]
        raise ConfigError("config.toml", mistakes) from error
    return subscribers.Segments(engine, configured, catalogue, now)


def named(settings: Settings) -> Iterator[tuple[str, str]]:
    """Where config.toml names a segment, and which."""
    for index, edition in enumerate(settings.editions):
        key = f"editions[{index}]"
        for name in edition.segments:
            yield f"{key}.segments", name
        for number, section in enumerate(edition.sections):
            for name in section.segments:
                yield f"{key}.sections[{number}].segments", name


def check(settings: Settings, known: Callable[[], Mapping[str, object]]) -> None:
    """Raise ConfigError where an edition names a segment that is in config.toml nor saved."""
    configured = {one.name for one in settings.segments}
    if all(name in configured for _, name in named(settings)):
        return
    names = list(known())
    mistakes = [
        ConfigMistake(
            key, f"{name!r}: there is no such segment; {subscribers.closest(name, names)}"
        )
        for key, name in named(settings)
        if name not in names
    ]
    if mistakes:
        raise ConfigError("config.toml", mistakes)


def counting(engine: "Engine", clock: Clock) -> "Counting":
    """Counts who received what."""
    from digest.steps.count_received import Counting

    return Counting(engine=engine, clock=clock, people=subscribers.Engagement(engine))


class Names(Mapping[str, str]):
    """The names of the segments there are at this moment, for choosing among them."""

    def __init__(self, known: Callable[[], Mapping[str, object]]) -> None:
        self._known = known

    def __getitem__(self, name: str) -> str:
        if name not in list(self._known()):
            raise KeyError(name)
        return name

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._known()))

    def __len__(self) -> int:
        return len(self._known())
