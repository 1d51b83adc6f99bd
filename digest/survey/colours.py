"""A site's accent colour, if mail can be read in it. Pure.

Contrast by WCAG 2.2, 1.4.3: 4.5 for text, on both sheets that the mail has.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from digest.render.brand import Brand, contrast

LEAST_CONTRAST = 4.5
_STEPS = 20
#: a colour whose channels lie closer together looks grey
_LEAST_SPREAD = 40
_PROPERTY = re.compile(
    r"--([a-z0-9_-]{0,60}(?:accent|brand|primary|main-color|theme-color|pcaccent)[a-z0-9_-]{0,30})"
    r"\s*:\s*(#[0-9a-f]{3,8}|rgba?\([^()]{5,40}\))\s*[;}!]",
    re.IGNORECASE,
)
_HEX = re.compile(r"#([0-9a-f]{3,8})", re.IGNORECASE)
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\b", re.IGNORECASE)
#: names of properties that hold the colour of something else
_NOT_ACCENTS = re.compile(r"text|background|-bg|contrast|hover|border|light|dark|inverse|on-")


@dataclass(frozen=True, slots=True)
class Accent:
    """The accent on light and on dark, ``#rrggbb``."""

    light: str
    dark: str


def accent(theme_colour: str, styles: str) -> Accent | None:
    """The first of the site's colours that is no grey and can be read; None where none is."""
    light, dark = Brand(name="").light, Brand(name="").dark
    for raw in (theme_colour, *_properties(styles)):
        colour = read(raw)
        if colour is None or _grey(colour):
            continue
        if min(contrast(colour, light.sheet), contrast(colour, light.paper)) < LEAST_CONTRAST:
            continue
        return Accent(colour, _lightened(colour, dark.sheet))
    return None


def read(raw: str) -> str | None:
    """A CSS colour as ``#rrggbb``; None for what is none or has another notation."""
    raw = raw.strip()
    found = _HEX.fullmatch(raw)
    if found:
        digits = found.group(1).lower()
        if len(digits) in {3, 4}:
            return "#" + "".join(2 * digit for digit in digits[:3])
        return f"#{digits[:6]}" if len(digits) in {6, 8} else None
    numbers = _RGB.match(raw)
    if numbers:
        channels = [int(number) for number in numbers.groups()]
        return _written(channels) if max(channels) <= 255 else None
    return None


def _properties(styles: str) -> Iterator[str]:
    for name, value in _PROPERTY.findall(styles):
        if not _NOT_ACCENTS.search(name.lower()):
            yield value


def _grey(colour: str) -> bool:
    channels = _channels(colour)
    return max(channels) - min(channels) < _LEAST_SPREAD


def _lightened(colour: str, sheet: str) -> str:
    """The colour mixed with as little white as makes it readable on the dark ``sheet``."""
    for step in range(_STEPS + 1):
        mixed = _written([round(one + (255 - one) * step / _STEPS) for one in _channels(colour)])
        if contrast(mixed, sheet) >= LEAST_CONTRAST:
            return mixed
    return "#ffffff"


def _channels(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def _written(channels: list[int]) -> str:
    return "#" + "".join(f"{channel:02x}" for channel in channels)
