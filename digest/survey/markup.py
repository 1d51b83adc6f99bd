"""HTML as a row of tags and texts, in time that grows with its length and no faster. Pure.

Enough to read a page's head, headings and links. The standard library's parser takes minutes over
a page that is made to hurt; here every search goes forward only and every pattern is bounded.
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})\b([^<>]{0,4000})>")
_ATTRIBUTE = re.compile(
    r"""([a-zA-Z_:][a-zA-Z0-9_:.-]{0,60})\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"""
)
#: elements whose content is no markup
_RAW = frozenset({"script", "style", "template", "noscript", "textarea", "svg"})


@dataclass(frozen=True, slots=True)
class Piece:
    """A start tag, an end tag, or a text (whose ``tag`` is empty)."""

    tag: str = ""
    closes: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)
    #: entities resolved; of a raw element its whole content, together with the start tag
    text: str = ""


def pieces(markup: str) -> Iterator[Piece]:
    """The pieces of ``markup`` in order. Comments are left out, and so is what never ends."""
    at, end = 0, len(markup)
    while at < end:
        start = markup.find("<", at)
        if start < 0:
            start = end
        if start > at:
            yield Piece(text=html.unescape(markup[at:start]))
        if markup.startswith("<!--", start):
            close = markup.find("-->", start + 4)
            at = close + 3 if close >= 0 else end
            continue
        tag = _TAG.match(markup, start)
        if tag is None:
            at = start + 1
            continue
        name, at = tag[2].lower(), tag.end()
        content = ""
        if name in _RAW and not tag[1]:
            close = _end_of(name, markup, at)
            content, at = markup[at:close], close
        yield Piece(name, bool(tag[1]), _attributes(tag[3]), content)


def _end_of(name: str, markup: str, at: int) -> int:
    """Where the end tag of a raw element stands; the end of the page where it has none."""
    found = re.compile(rf"</{name}\b", re.IGNORECASE).search(markup, at)
    return found.start() if found else len(markup)


def _attributes(raw: str) -> dict[str, str]:
    return {
        name.lower(): html.unescape(double or single or bare)
        for name, double, single, bare in _ATTRIBUTE.findall(raw)
    }
