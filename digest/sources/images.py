"""Chooses a story's picture among those a source offers."""

import html
import re
from collections.abc import Iterable, Sequence

from digest.model import Image
from digest.sources import clean

#: the widest slot of a mail, and twice that for dense screens
SLOT_WIDTH = 600
WANTED_WIDTH = 2 * SLOT_WIDTH
_LEAST_WIDTH = 200
_LONGEST_SEARCH = 200_000

_IMG = re.compile(r"<img\b[^<>]{1,3000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\b(src|alt|width|height)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
#: counters, faces and emoji that stand among a story's pictures without being one
_NO_PICTURE = re.compile(
    r"gravatar\.com/avatar|feedburner\.com/~|pixel\.wp\.com|stats\.wordpress\.com|doubleclick\."
    r"|/emoji/|smilies/|google-analytics|scorecardresearch|[/._-](?:pixel|spacer|beacon|1x1)[./_-]"
    r"|\.svg(?:$|\?)",
    re.IGNORECASE,
)


def image(
    url: str, *, base: str = "", alt: str = "", width: object = None, height: object = None
) -> Image | None:
    """A picture at ``url`` if it can be one for readers, else None. Sizes as the source says."""
    # Nothing said is no picture; resolved against the base it would be the page itself.
    address = clean.safe_url(url, base) if url.strip() else None
    wide, high = _pixels(width), _pixels(height)
    tiny = (wide is not None and wide < 16) or (high is not None and high < 16)
    if not address or tiny or _NO_PICTURE.search(address):
        return None
    return Image(url=address, alt=clean.headline(alt)[:300], width=wide, height=high)


def _pixels(value: object) -> int | None:
    digits = re.match(r"\d{1,5}", str(value or "").strip())
    return int(digits.group()) if digits and int(digits.group()) else None


def best(offered: Iterable[Image | None]) -> Image | None:
    """The smallest that is at least ``WANTED_WIDTH`` wide, else the widest, else the first."""
    found = [one for one in offered if one is not None]
    ample = [one for one in found if (one.width or 0) >= WANTED_WIDTH]
    if ample:
        return min(ample, key=lambda one: one.width or 0)
    return max(found, key=lambda one: one.width or 0, default=None)


def rendition(renditions: Iterable[Image | None], original: Image | None) -> Image | None:
    """The best of a picture's smaller renditions, and never an original larger than it needs.

    An original can have ten megabytes. One that is no wider than wanted is as good as a
    rendition, and any is better than renditions that do not fill a slot.
    """
    smaller = [one for one in renditions if one is not None]
    if original is not None:
        whole = original.width or 1 << 20
        smaller = [one for one in smaller if one.url != original.url and (one.width or 0) < whole]
        ample = any((one.width or 0) >= SLOT_WIDTH for one in smaller)
        if not ample or whole <= WANTED_WIDTH:
            return original
    return best(smaller)


def first_good(groups: Sequence[Sequence[Image | None]]) -> Image | None:
    """The best of the first group that has a picture of use, surest group first."""
    chosen = [one for one in map(best, groups) if one is not None]
    large = (one for one in chosen if one.width is None or one.width >= _LEAST_WIDTH)
    return next(large, chosen[0] if chosen else None)


def inline(markup: str, base: str) -> Image | None:
    """The first picture of use inside a story's HTML."""
    for tag in _IMG.finditer(markup[:_LONGEST_SEARCH]):
        told = {
            name.lower(): html.unescape(double or single or bare)
            for name, double, single, bare in _ATTRIBUTE.findall(tag.group())
        }
        found = image(
            told.get("src", ""),
            base=base,
            alt=told.get("alt", ""),
            width=told.get("width"),
            height=told.get("height"),
        )
        if found is not None:
            return found
    return None
