"""What a page shows of each story that it links to, as the entries of a feed. Pure.

A story's card is the largest element around its link that holds no other story's link.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from digest.sources.entries import Entry, Picture
from digest.sources.page_links import Link
from digest.sources.page_tree import HEADINGS, Element, Tree

_TITLES = frozenset({"title", "headline", "hed"})
_MORE = re.compile(
    r"(?:read|continue|see|view|full|more|\W|story|article|reading|all|the|now|post|here|click)*",
    re.IGNORECASE,
)
_READ_MORE = re.compile(
    r"^(?:continue reading|read (?:more|the full story)(?: about)?):?\s+", re.IGNORECASE
)
_FACES = frozenset({"avatar", "icon", "logo", "emoji"})
_SPOKEN = ("aria-label", "title")
_SOURCES = ("src", "data-src", "data-lazy-src", "data-original")
_SETS = ("srcset", "data-srcset", "data-lazy-srcset", "data-bgset")
_BACKGROUND = re.compile(r"background(?:-image)?\s*:[^;]*?url\(\s*['\"]?([^'\")]+)", re.IGNORECASE)
_CANDIDATE = re.compile(r"([^\s,]\S*[^\s,])(?:\s+(\d+)w)?[^,]*(?:,|$)")


def entries(tree: Tree, box: Sequence[Link], heading: Element | None) -> tuple[Entry, ...]:
    """One entry for each story of ``box``, in its order; without a title where none is shown."""
    groups: dict[str, list[Link]] = {}
    for link in box:
        groups.setdefault(link.key, []).append(link)
    return tuple(_entry(tree, group, _card(group, box, heading)) for group in groups.values())


def _card(group: Sequence[Link], box: Sequence[Link], heading: Element | None) -> Element:
    card = group[0].element
    for above in card.ancestors():
        strange = any(link.key != group[0].key and above.holds(link.element) for link in box)
        if strange or above.tag in {"body", "main"} or (heading and above.holds(heading)):
            break
        card = above
    return card


def _entry(tree: Tree, group: Sequence[Link], card: Element) -> Entry:
    title = next((text for text in _titles(tree, group, card) if text), "")
    time = next(tree.inside(card, "time"), None)
    return Entry(
        link=group[0].url,
        title=title,
        summary=_summary(tree, card, title),
        published=(time.attributes.get("datetime") or tree.text(time)) if time is not None else "",
        author=_author(tree, card),
        media=tuple(_pictures(tree, card))[:20],
    )


def _titles(tree: Tree, group: Sequence[Link], card: Element) -> Iterator[str]:
    """The story's headline, surest place first."""
    anchors = [link.element for link in group]
    headings = [one for one in tree.inside(card, *HEADINGS) if tree.text(one)]
    tied = [one for one in headings if _tied(one, anchors)]
    yield from (tree.text(one) for one in tied or headings[:1])
    called = [one for one in (*anchors, *tree.inside(card)) if _TITLES & one.class_words]
    yield from (tree.text(one) for one in called if _tied(one, anchors))
    above = [one for anchor in anchors for one in anchor.ancestors() if one.tag in HEADINGS]
    yield from (tree.text(one) for one in above)
    words = (text for anchor in anchors if not _MORE.fullmatch(text := _words(tree, anchor)))
    yield from sorted(words, key=len, reverse=True)
    for anchor in anchors:
        yield from (_READ_MORE.sub("", anchor.attributes.get(one, "")) for one in _SPOKEN)
        yield from (one.attributes.get("alt", "") for one in tree.inside(anchor, "img"))


def _tied(element: Element, anchors: Iterable[Element]) -> bool:
    return any(element.holds(one) or one.holds(element) for one in anchors)


def _words(tree: Tree, anchor: Element) -> str:
    """A link's words; of a link around a whole card, the first that can be a headline."""
    if not any(True for _ in tree.inside(anchor, "p", "div", "time", "ul")):
        return tree.text(anchor)
    strong = next((tree.text(one) for one in tree.inside(anchor, "strong", "b")), "")
    long = (part for part in tree.parts(anchor) if len(part.split()) >= 4)
    return strong or next(long, tree.text(anchor))


def _summary(tree: Tree, card: Element, title: str) -> str:
    texts = (tree.text(one) for one in tree.inside(card, "p") if one.parent is not None)
    return next((text for text in texts if text != title and len(text.split()) >= 6), "")


def _author(tree: Tree, card: Element) -> str:
    for one in tree.inside(card, "a", "span", "p", "div"):
        if "author" in one.attributes.get("rel", "") or "byline" in one.class_words:
            return tree.text(one)
    return ""


def _pictures(tree: Tree, card: Element) -> Iterator[Picture]:
    for one in (card, *tree.inside(card)):
        if _FACES & one.class_words:
            continue
        told = one.attributes
        alt = told.get("alt", "")
        for name in _SETS:
            for url, width in _CANDIDATE.findall(told.get(name, "")[:5000]):
                yield Picture(url=url, width=width, alt=alt)
        if one.tag == "img":
            for name in _SOURCES:
                if url := told.get(name, ""):
                    size = {"width": told.get("width", ""), "height": told.get("height", "")}
                    yield Picture(url=url, alt=alt, **size)
        elif background := _BACKGROUND.search(told.get("style", "")[:2000]):
            yield Picture(url=background.group(1))
