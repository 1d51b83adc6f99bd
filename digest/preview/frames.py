"""The mail as documents for frames: as sent, without its pictures, with large letters. Pure.

Light and dark need no documents of their own: in a frame ``prefers-color-scheme`` follows the
``color-scheme`` of the frame's element (CSS Color Adjustment 1, §2.3; Chromium from 130, Firefox
from 105).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: what phones make of letters set larger
LARGER = 1.5
#: links open beside the page, never in the frame
_BASE = '<base target="_blank">'
_NO_PICTURES = '<meta http-equiv="Content-Security-Policy" content="img-src \'none\'">'
#: what shows a mail otherwise; ``!important`` goes before the mail's own inline styles
_FIRST = {
    "bare": _NO_PICTURES,
    "forced": "<style>html { background: #fff; filter: invert(1) hue-rotate(180deg) }"
    " img { filter: invert(1) hue-rotate(180deg) }</style>",
    "print": "<style>* { background: none !important; color: #000 !important }</style>",
}
_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)
# Text is escaped, so what looks like an attribute or a style element is one.
_STYLES = re.compile(r'<style\b.*?</style|\sstyle="[^"]*"', re.IGNORECASE | re.DOTALL)
_LETTERS = re.compile(r"((?:font-size|line-height)\s*:\s*)(\d+(?:\.\d+)?)px", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One way of showing the mail."""

    slug: str
    title: str
    document: str


def frames(html: str) -> Iterator[Frame]:
    """Each way of showing the mail; the first is the mail as it is sent."""
    yield Frame(slug="sent", title="As sent", document=_with(html, _BASE))
    yield Frame(slug="bare", title="Images off", document=_with(html, _BASE + _NO_PICTURES))
    yield Frame(slug="large", title="Large text", document=_with(large(html), _BASE))


def shown_as(html: str, way: str) -> str:
    """The mail as ``sent``, ``bare``, ``large``, ``forced`` (dark) or on paper (``print``).

    The last two are only about right: each mail program turns colours round in its own way.
    """
    if way == "large":
        return _with(large(html), _BASE)
    return _with(html, _BASE + _FIRST.get(way, ""))


def large(html: str) -> str:
    """The mail with its letters half as large again, and nothing else."""
    return _STYLES.sub(lambda style: _LETTERS.sub(_larger, style[0]), html)


def _larger(size: re.Match[str]) -> str:
    return f"{size[1]}{float(size[2]) * LARGER:g}px"


def _with(html: str, first: str) -> str:
    """``html`` with ``first`` in its head."""
    head = _HEAD.search(html)
    return html[: head.end()] + first + html[head.end() :] if head else first + html
