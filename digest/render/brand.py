"""How the newsroom looks in mail: its name and addresses, and the colours around its accent."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from markupsafe import Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """The colours of one scheme, as ``#rrggbb``. The contrasts are tested (WCAG 2.2 AA)."""

    #: behind the sheet
    paper: str
    #: the sheet that text stands on
    sheet: str
    ink: str
    #: bylines, dates, the footer
    quiet: str
    rule: str
    #: kickers, section rules, links
    accent: str


LIGHT = Palette(
    paper="#f1eee8",
    sheet="#fffefc",
    ink="#1c1b19",
    quiet="#5e5a53",
    rule="#dcd7cd",
    accent="#0b5d4e",
)
DARK = Palette(
    paper="#101112",
    sheet="#191b1d",
    ink="#ebe8e2",
    quiet="#aba69d",
    rule="#3b3d40",
    accent="#6fd0b8",
)

#: the families every machine knows some font for; a stack ends in one
GENERIC_FONTS = ("serif", "sans-serif", "monospace", "system-ui")
HEADING_FONT = "Georgia,'Times New Roman',serif"
TEXT_FONT = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
_FAMILY = re.compile(r"-?[A-Za-z][A-Za-z0-9 -]{0,60}")


class Density(StrEnum):
    """How much space stands between stories."""

    AIRY = "airy"
    NORMAL = "normal"
    COMPACT = "compact"

    def space(self, pixels: int) -> str:
        """What stands where a normal mail has ``pixels`` of space, as CSS."""
        return f"{round(pixels * _SPACE[self])}px"


_SPACE = {Density.AIRY: 1.3, Density.NORMAL: 1.0, Density.COMPACT: 0.65}


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """The newsroom as readers know it. Colours are ``#rrggbb``; widths and radii are in pixels."""

    name: str
    site_url: str = ""
    #: the law wants it in every mail (CAN-SPAM, CASL)
    postal_address: str = ""
    accent: str = LIGHT.accent
    accent_dark: str = DARK.accent
    logo_url: str = ""
    logo_alt: str = ""
    logo_width: int = 180
    tagline: str = ""
    #: where others sign up
    subscribe_url: str = ""
    #: stacks of families, see ``font_stack``
    heading_font: str = Markup(HEADING_FONT)  # noqa: S704 - our own
    text_font: str = Markup(TEXT_FONT)  # noqa: S704 - our own
    #: the radius of pictures and buttons
    corner: int = 3
    density: Density = Density.NORMAL
    #: the colours around the accent, whose own are taken from ``accent`` and ``accent_dark``
    palette: Palette = LIGHT
    palette_dark: Palette = DARK

    @property
    def light(self) -> Palette:
        """The colours on a light screen."""
        return replace(self.palette, accent=self.accent)

    @property
    def dark(self) -> Palette:
        """The colours on a dark screen."""
        return replace(self.palette_dark, accent=self.accent_dark)


def font_stack(given: str) -> Markup:
    """A list of font families as CSS that no escaping needs to touch.

    Raises ValueError, telling the fix, where one is no family's name or nothing stands at the end
    for readers who have none of them.
    """
    families = [part.strip().strip("'\"").strip() for part in given.split(",")]
    for family in families:
        if not _FAMILY.fullmatch(family):
            raise ValueError('name font families alone, like "Charter, Georgia, serif"; no address')
    if families[-1] not in GENERIC_FONTS:
        raise ValueError(f"end the list with what any reader has: {', '.join(GENERIC_FONTS)}")
    return Markup(",").join(
        Markup(f"'{family}'" if " " in family else family)  # noqa: S704 - letters and digits
        for family in families
    )


def readable(colour: str, grounds: tuple[str, ...], least: float) -> str:
    """The colour nearest to ``colour``, towards black or white, that ``grounds`` let read."""
    for step in range(1, 21):
        for end in (0, 255):
            channels = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
            mixed = "#" + "".join(f"{round(c + (end - c) * step / 20):02x}" for c in channels)
            if all(contrast(mixed, ground) >= least for ground in grounds):
                return mixed
    return ""


def contrast(one: str, other: str) -> float:
    """The contrast of two ``#rrggbb`` colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
