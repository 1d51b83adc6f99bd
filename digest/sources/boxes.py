"""Finds the box under a heading, on any theme: which links to stories belong to it. Pure.

A heading and its stories are laid out in many ways: in one element, side by side, the heading
wrapped by itself, the stories in a tab that the heading opens. Common to all: the stories come
after the heading, and before the next heading of its kind.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import islice

from digest.errors import SourceError
from digest.sources import identity
from digest.sources.page_links import Link
from digest.sources.page_tree import HEADINGS, Element, Tree

#: what a heading may be made of; longer runs of elements are no heading
_MOST_PARTS = 12
_MOST_HEADINGS = 10
#: how unlikely the words in a menu are to be the heading; above all others
_MENU = 3
_TITLES = frozenset({"title", "heading", "headline", "header", "label", "caption"})
_APOSTROPHES = str.maketrans("‘’‛ʼʹ′＇`´", "'''''''''")
_UNREAD = frozenset({"script", "style", "template", "option", "title", "head", "html", "body"})


def links(tree: Tree, heading: str, stories: Sequence[Link]) -> tuple[Element | None, list[Link]]:
    """The links of ``stories`` in the box under ``heading``, and the heading's element.

    Case, spaces, punctuation and the kind of apostrophe make no difference. No links: the box is
    empty. Raises SourceError where the page has no such heading.
    """
    found = _headings(tree, heading)
    if not found:
        there = "; ".join(islice(_all_headings(tree), 10))
        raise SourceError(
            f"there is no heading {heading!r} on the page",
            hint=f"Its headings are: {there}"
            if there
            else "It has no headings: it may need a browser's scripts; use the site's feed instead",
        )
    for one in found[:_MOST_HEADINGS]:
        if box := _named_box(tree, one, stories) or _below(tree, one, stories):
            return one, box
    return found[0], []


def same(text: str) -> str:
    """What headings are compared by."""
    return identity.slug(unicodedata.normalize("NFKC", text).translate(_APOSTROPHES))


def _all_headings(tree: Tree) -> Iterator[str]:
    texts = (tree.text(one) for one in tree.all(*HEADINGS))
    yield from dict.fromkeys(repr(text) for text in texts if 0 < len(text) <= 40)


def _headings(tree: Tree, heading: str) -> list[Element]:
    """Elements that read like the heading, likeliest first: real headings before other words."""
    wanted = same(heading)
    found: dict[int, Element] = {}
    for element in tree.elements:
        if element.tag in _UNREAD or not wanted:
            continue
        labelled = same(element.attributes.get("aria-label", "")) == wanted
        if labelled or _reads(tree, element, wanted):
            whole = element if labelled else _whole(tree, element, wanted)
            found.setdefault(whole.index, whole)
    ranked = sorted(found.values(), key=lambda one: (_unlikely(one), one.index))
    # what a menu calls the same is of no use beside a heading over a box, even an empty one
    return [one for one in ranked if _unlikely(one) < _MENU] or ranked


def _reads(tree: Tree, element: Element, wanted: str) -> bool:
    if element.end - element.index > _MOST_PARTS:
        return False
    if same(tree.text(element)) == wanted:
        return True
    # a heading with a link to more beside its own words
    return element.tag in HEADINGS and wanted in map(same, tree.parts(element))


def _whole(tree: Tree, element: Element, wanted: str) -> Element:
    """The outermost element that is nothing but the heading; or the real heading around it."""
    whole = element
    for above in islice(element.ancestors(), 4):
        if above.tag in _UNREAD or same(tree.text(above)) != wanted:
            break
        whole = above
        if above.tag in HEADINGS:
            return above
    for above in islice(whole.ancestors(), 3):
        if above.tag in HEADINGS:
            return above
    inner = next(tree.inside(whole, *HEADINGS), None)
    return inner or whole


def _unlikely(element: Element) -> int:
    around = {above.tag for above in element.ancestors()}
    real = element.tag in HEADINGS or element.attributes.get("role") == "heading"
    # sections have headers of their own, with a heading; the page's has menus
    if around & {"nav", "footer"} or ("header" in around and not real):
        return _MENU
    if real:
        return 0
    return 1 if _TITLES & element.class_words or "aria-label" in element.attributes else 2


def _named_box(tree: Tree, heading: Element, stories: Sequence[Link]) -> list[Link]:
    """The box that the page itself ties to the heading: by its label, or as the tab it opens."""
    if "aria-label" in heading.attributes:
        labelled = _within(heading, stories)
        if labelled:
            return labelled
    near = [heading, *islice(heading.ancestors(), 3), *tree.inside(heading)]
    opens = set()
    for one in near:
        opens.add(one.attributes.get("aria-controls", ""))
        target = one.attributes.get("href", "") or one.attributes.get("data-target", "")
        opens.add(target[1:] if target.startswith("#") else "")
    ids = {one.attributes.get("id", "") for one in (heading, *tree.inside(heading))} - {""}
    for element in tree.elements:
        if element.index <= heading.index and element.tag in _UNREAD:
            continue
        told = element.attributes
        if told.get("id", "") in opens - {""} or ids & set(told.get("aria-labelledby", "").split()):
            box = _within(element, stories)
            if box:
                return box
    return []


def _within(box: Element, stories: Sequence[Link]) -> list[Link]:
    return [link for link in stories if box.holds(link.element)]


def _below(tree: Tree, heading: Element, stories: Sequence[Link]) -> list[Link]:
    """The stories after the heading, in the smallest element around both; up to the next box."""
    after = [link for link in stories if link.element.index >= heading.end]
    for around in heading.ancestors():
        if around.tag == "html":
            break
        box = _within(around, after)
        end = _next_box(tree, heading, around, stories)
        kept = [link for link in box if end is None or link.element.index < end]
        if kept or end is not None:
            return kept
    return []


def _next_box(tree: Tree, heading: Element, around: Element, stories: Sequence[Link]) -> int | None:
    """Where in ``around`` the next heading of this one's kind stands."""
    for one in tree.elements[heading.end : around.end]:
        if _same_kind(heading, one) and not _heads_card(heading, one, stories):
            return one.index
    return None


def _same_kind(heading: Element, other: Element) -> bool:
    if heading.tag in HEADINGS and other.tag in HEADINGS and other.depth <= heading.depth:
        return other.tag <= heading.tag
    same_tag = other.tag == heading.tag and (heading.tag in HEADINGS or heading.class_words)
    return bool(same_tag) and other.class_words == heading.class_words


def _heads_card(heading: Element, other: Element, stories: Sequence[Link]) -> bool:
    """Whether ``other`` is the headline of one story: linked, or alone with it in its element."""
    if any(other.holds(link.element) or link.element.holds(other) for link in stories):
        return True
    if _place(heading) == _place(other):
        return False
    for above in other.ancestors():
        keys = {link.key for link in stories if above.holds(link.element)}
        if keys:
            return len(keys) == 1 and not above.holds(heading)
    return False


def _place(element: Element) -> tuple[str, frozenset[str]] | None:
    return (element.parent.tag, element.parent.class_words) if element.parent else None
