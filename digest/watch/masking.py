"""Keeps addresses out of the log, whoever put them there: the last thing before a line is written.

Our own lines hold none, and a test looks for that. This is for what others say: an exception of a
mail server's library, a URL in somebody's error.
"""

import re
from collections.abc import Mapping
from typing import Any

from structlog.typing import EventDict, WrappedLogger

#: stands where an address stood
MASKED = "[address]"
#: anything with an @ between two words; %40 is how it is written in URLs. Far wider than addresses
#: are. Bounded, so that no line takes long: RFC 5321 allows 64 octets before the @ and 255 behind
_ADDRESS = re.compile(
    r"""[^\s@<>()\[\]{},;:"'`=/\\|?&#%]{1,64}(?:@|%40)[^\s@<>()\[\]{},;:"'`=/\\|?&#%]{1,255}""",
    re.IGNORECASE,
)
#: so deep are values looked into; a traceback's frames are at four
_DEPTH = 8


def masked(text: str) -> str:
    """The text without what looks like an address."""
    return _ADDRESS.sub(MASKED, text) if "@" in text or "%40" in text else text


def mask(logger: WrappedLogger, method: str, line: EventDict) -> EventDict:
    """Every value of a line so; a processor of structlog."""
    del logger, method
    return {key: _without(value, _DEPTH) for key, value in line.items()}


def mask_text(logger: WrappedLogger, method: str, line: Any) -> str:
    """A line that is text by now, tracebacks included; a processor of structlog."""
    del logger, method
    return masked(str(line))


def _without(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return masked(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth and isinstance(value, Mapping):
        return {masked(str(key)): _without(one, depth - 1) for key, one in value.items()}
    if depth and isinstance(value, list | tuple | set | frozenset):
        return [_without(one, depth - 1) for one in value]
    # Exceptions and whatever else: as they would be written.
    return value if isinstance(value, BaseException) else masked(str(value))
