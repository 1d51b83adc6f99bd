"""How the newsroom looks in mail: its name and addresses, and the colours around its accent."""

from dataclasses import dataclass


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """The newsroom as readers know it. Colours are ``#rrggbb``; ``logo_width`` is in pixels."""

    name: str
    site_url: str = ""
    #: the law wants it in every mail (CAN-SPAM, CASL)
    postal_address: str = ""
    accent: str = "#0b5d4e"
    accent_dark: str = "#6fd0b8"
    logo_url: str = ""
    logo_alt: str = ""
    logo_width: int = 180
    tagline: str = ""

    @property
    def light(self) -> Palette:
        """The colours on a light screen."""
        return Palette(
            paper="#f1eee8",
            sheet="#fffefc",
            ink="#1c1b19",
            quiet="#5e5a53",
            rule="#dcd7cd",
            accent=self.accent,
        )

    @property
    def dark(self) -> Palette:
        """The colours on a dark screen."""
        return Palette(
            paper="#101112",
            sheet="#191b1d",
            ink="#ebe8e2",
            quiet="#aba69d",
            rule="#3b3d40",
            accent=self.accent_dark,
        )


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
