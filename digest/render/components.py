"""MJML's components: where each may stand, and its attributes with the kind of value each takes.

Written from the documentation of MJML 4 (https://documentation.mjml.io). Components that the MRML
engine renders wrongly, or that pull pictures from a third party, are in ``REFUSED`` with the way
round them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """A kind of attribute value: the pattern it must match, and its description."""

    ANY = (r".*", "any text")
    COLOUR = (
        r"#[0-9a-fA-F]{3}(?:[0-9a-fA-F]{3})?|transparent|[a-z]{3,20}|rgba?\([\d.,% ]+\)",
        "a colour like #1a2b3c",
    )
    PX = (r"\d+(?:\.\d+)?px", "pixels like 12px")
    PX_OR_AUTO = (r"\d+(?:\.\d+)?px|auto", "pixels like 12px, or auto")
    SIZE = (r"\d+(?:\.\d+)?(?:px|%)", "pixels or per cent like 12px or 50%")
    HEIGHT = (r"\d+(?:\.\d+)?(?:px|%|em)?", "a height like 1.4, 20px or 140%")
    SPACE = (r"0|-?\d+(?:\.\d+)?(?:px|em)", "pixels like 1px")
    BOX = (
        r"(?:\d+(?:\.\d+)?(?:px|%)?)(?: \d+(?:\.\d+)?(?:px|%)?){0,3}",
        "1 to 4 sizes like 0 12px",
    )
    ALIGN = (r"left|right|center", "left, right or center")
    TEXT_ALIGN = (r"left|right|center|justify", "left, right, center or justify")
    VERTICAL = (r"top|middle|bottom", "top, middle or bottom")
    DIRECTION = (r"ltr|rtl", "ltr or rtl")
    FULL = (r"full-width|false", "full-width")
    BORDER = (r"none|0|\d+px (?:solid|dashed|dotted|double) \S+", "like 1px solid #cccccc")
    LINE = (r"solid|dashed|dotted", "solid, dashed or dotted")
    WEIGHT = (r"normal|bold|bolder|lighter|[1-9]00", "normal, bold or 100 to 900")
    CLASS = (r"[A-Za-z][\w-]*(?: [A-Za-z][\w-]*)*", "class names")
    #: an address that a reader follows: checked by the lint's rule for links
    LINK = (r".*", "an address to follow")
    #: an address that the mail program loads by itself: checked by the lint's rule for hosts
    LOAD = (r".*", "an address to load")

    def allows(self, value: str) -> bool:
        """Is ``value`` of this kind?"""
        return re.fullmatch(self.value[0], value.strip(), re.DOTALL) is not None

    @property
    def text(self) -> str:
        """What is allowed, for a person."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Component:
    """One MJML tag. ``parents``: where it may stand. ``html``: its content is HTML."""

    parents: frozenset[str]
    attributes: Mapping[str, Kind]
    html: bool = False


def _sides(name: str, kind: Kind) -> dict[str, Kind]:
    return {f"{name}-{side}": kind for side in ("top", "right", "bottom", "left")}


_PADDING = {"padding": Kind.BOX, **_sides("padding", Kind.SIZE)}
_INNER_PADDING = {"inner-padding": Kind.BOX}
_BORDER = {"border": Kind.BORDER, **_sides("border", Kind.BORDER), "border-radius": Kind.BOX}
_BACKGROUND = {
    "background-color": Kind.COLOUR,
    "background-url": Kind.LOAD,
    "background-repeat": Kind.ANY,
    "background-size": Kind.ANY,
    "background-position": Kind.ANY,
    "background-position-x": Kind.ANY,
    "background-position-y": Kind.ANY,
}
_FONT = {
    "color": Kind.COLOUR,
    "font-family": Kind.ANY,
    "font-size": Kind.PX,
    "font-style": Kind.ANY,
    "font-weight": Kind.WEIGHT,
    "line-height": Kind.HEIGHT,
    "letter-spacing": Kind.SPACE,
    "text-decoration": Kind.ANY,
    "text-transform": Kind.ANY,
}
_LINK = {
    "href": Kind.LINK,
    "target": Kind.ANY,
    "rel": Kind.ANY,
    "title": Kind.ANY,
    "name": Kind.ANY,
}
_ALL = {"css-class": Kind.CLASS, "mj-class": Kind.CLASS}
_CONTAINER = {"container-background-color": Kind.COLOUR}
_IN_COLUMN = frozenset({"mj-column", "mj-hero"})
_HEAD = frozenset({"mj-head"})
_ROWS = frozenset({"mj-body", "mj-wrapper"})


def _component(
    parents: frozenset[str], *attributes: Mapping[str, Kind], html: bool = False
) -> Component:
    merged: dict[str, Kind] = {}
    for group in attributes:
        merged |= group
    return Component(parents, merged, html)


_SECTION = {
    **_ALL,
    **_PADDING,
    **_BORDER,
    **_BACKGROUND,
    "direction": Kind.DIRECTION,
    "full-width": Kind.FULL,
    "text-align": Kind.TEXT_ALIGN,
}

COMPONENTS: Mapping[str, Component] = {
    "mjml": _component(frozenset({""}), {"lang": Kind.ANY, "dir": Kind.DIRECTION}),
    "mj-head": _component(frozenset({"mjml"})),
    "mj-title": _component(_HEAD),
    "mj-breakpoint": _component(_HEAD, {"width": Kind.PX}),
    "mj-style": _component(_HEAD),
    "mj-attributes": _component(_HEAD),
    "mj-all": _component(frozenset({"mj-attributes"})),
    "mj-class": _component(frozenset({"mj-attributes"})),
    "mj-raw": _component(
        frozenset({"mj-head", "mj-body", "mj-wrapper", "mj-section", "mj-group", *_IN_COLUMN}),
        html=True,
    ),
    "mj-body": _component(
        frozenset({"mjml"}),
        {"css-class": Kind.CLASS, "background-color": Kind.COLOUR, "width": Kind.PX},
    ),
    "mj-wrapper": _component(frozenset({"mj-body"}), _SECTION),
    "mj-section": _component(_ROWS, _SECTION),
    "mj-group": _component(
        frozenset({"mj-section"}),
        _ALL,
        {
            "background-color": Kind.COLOUR,
            "direction": Kind.DIRECTION,
            "vertical-align": Kind.VERTICAL,
            "width": Kind.SIZE,
        },
    ),
    "mj-column": _component(
        frozenset({"mj-section", "mj-group"}),
        _ALL,
        _PADDING,
        _BORDER,
        {
            "background-color": Kind.COLOUR,
            "direction": Kind.DIRECTION,
            "inner-background-color": Kind.COLOUR,
            "vertical-align": Kind.VERTICAL,
            "width": Kind.SIZE,
        },
    ),
    "mj-text": _component(
        _IN_COLUMN,
        _ALL,
        _PADDING,
        _FONT,
        _CONTAINER,
        {"align": Kind.TEXT_ALIGN, "height": Kind.PX},
        html=True,
    ),
    "mj-button": _component(
        _IN_COLUMN,
        _ALL,
        _PADDING,
        _INNER_PADDING,
        _BORDER,
        _FONT,
        _LINK,
        _CONTAINER,
        {
            "align": Kind.ALIGN,
            "background-color": Kind.COLOUR,
            "height": Kind.PX,
            "text-align": Kind.TEXT_ALIGN,
            "vertical-align": Kind.VERTICAL,
            "width": Kind.SIZE,
        },
        html=True,
    ),
    "mj-image": _component(
        _IN_COLUMN,
        _ALL,
        _PADDING,
        _BORDER,
        _LINK,
        _CONTAINER,
        {
            "align": Kind.ALIGN,
            "alt": Kind.ANY,
            "fluid-on-mobile": Kind.ANY,
            "font-size": Kind.PX,
            "height": Kind.PX_OR_AUTO,
            "src": Kind.LOAD,
            "srcset": Kind.LOAD,
            "usemap": Kind.ANY,
            "width": Kind.PX,
        },
    ),
    "mj-divider": _component(
        _IN_COLUMN,
        _ALL,
        _PADDING,
        _CONTAINER,
        {
            "align": Kind.ALIGN,
            "border-color": Kind.COLOUR,
            "border-style": Kind.LINE,
            "border-width": Kind.PX,
            "width": Kind.SIZE,
        },
    ),
    "mj-spacer": _component(_IN_COLUMN, _ALL, _PADDING, _CONTAINER, {"height": Kind.PX}),
    "mj-table": _component(
        _IN_COLUMN,
        _ALL,
        _PADDING,
        _FONT,
        _CONTAINER,
        {
            "align": Kind.ALIGN,
            "border": Kind.BORDER,
            "cellpadding": Kind.ANY,
            "table-layout": Kind.ANY,
            "width": Kind.SIZE,
        },
        html=True,
    ),
    "mj-social": _component(
        _IN_COLUMN,
        _ALL,
        _PADDING,
        _INNER_PADDING,
        _FONT,
        _CONTAINER,
        {
            "align": Kind.ALIGN,
            "border-radius": Kind.BOX,
            "icon-height": Kind.PX,
            "icon-padding": Kind.BOX,
            "icon-size": Kind.SIZE,
            "mode": Kind.ANY,
            "text-padding": Kind.BOX,
        },
    ),
    "mj-social-element": _component(
        frozenset({"mj-social"}),
        _ALL,
        _PADDING,
        _FONT,
        _LINK,
        {
            "align": Kind.ALIGN,
            "alt": Kind.ANY,
            "background-color": Kind.COLOUR,
            "border-radius": Kind.BOX,
            "icon-height": Kind.PX,
            "icon-padding": Kind.BOX,
            "icon-size": Kind.SIZE,
            "src": Kind.LOAD,
            "text-padding": Kind.BOX,
            "vertical-align": Kind.VERTICAL,
        },
        html=True,
    ),
}

#: components of MJML that are not allowed here, and what to do
REFUSED: Mapping[str, str] = {
    "mj-html-attributes": "the engine does not know it; write the attribute on the element",
    "mj-preview": "the engine writes it in white, which spam filters count; "
    "use an mj-raw with hidden text in a grey of its own",
    "mj-font": "it loads from a third party; name fonts that readers have, in font-family",
    "mj-hero": "the engine gets its height wrong; use mj-section with mj-image",
    "mj-carousel": "it loads pictures from a third party; use mj-image",
    "mj-carousel-image": "it loads pictures from a third party; use mj-image",
    "mj-accordion": "it loads pictures from a third party; use mj-text",
    "mj-navbar": "its menu needs a client with checkbox tricks; use links in mj-text",
    "mj-include": 'it must be closed and name one file: <mj-include path="partials/card.mjml"/>',
}

#: attributes that the engine drops or renders differently: (tag, attribute) → what to do
BROKEN: Mapping[tuple[str, str], str] = {
    ("mj-style", "inline"): "the engine does not inline; write a style attribute on the element",
    ("mj-wrapper", "gap"): "the engine ignores it; use padding on the sections",
    ("mj-section", "gutter"): "the engine ignores it; use padding on the columns",
    ("mj-raw", "position"): "the engine fails on it; leave it out",
    ("mj-image", "sizes"): "the engine drops it; give a width",
    ("mj-body", "id"): "the engine drops it",
    ("mj-social-element", "icon-position"): "the engine ignores it",
}

#: what the widths of columns and pictures are counted from, for Outlook. Of a ``padding`` with more
#: than one size the engine counts none
COUNTED = frozenset({"mj-wrapper", "mj-section", "mj-column", "mj-image"})

#: attributes that the engine reads as numbers or names: no Jinja2 in them
NO_JINJA = frozenset(
    {
        ("mj-body", "width"),
        ("mj-breakpoint", "width"),
        ("mj-column", "width"),
        ("mj-group", "width"),
        ("mj-image", "width"),
        ("mj-divider", "width"),
    }
)
