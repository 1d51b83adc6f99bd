"""A web page as a flat list of its elements, in document order. Pure.

Parsed as browsers do (HTML §13.2, by Lexbor); scripts' and styles' contents are no text. Runs in
a process of its own (page.py): there are pages that take a parser minutes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from selectolax.lexbor import LexborHTMLParser, LexborNode

from digest.errors import SourceError

_MOST_ELEMENTS = 200_000
_UNREAD = frozenset({"script", "style", "template", "noscript", "svg", "iframe", "textarea"})
#: elements that join their text to what stands beside them
_INLINE = frozenset(
    {
        "a", "abbr", "b", "bdi", "bdo", "cite", "code", "em", "font", "i", "ins", "kbd", "mark",
        "q", "s", "small", "span", "strong", "sub", "sup", "u", "var", "wbr",
    }
)  # fmt: skip
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@dataclass(eq=False, slots=False, kw_only=True)
class Element:
    """One element. Its descendants are those with an index above its own and below ``end``."""

    tag: str
    parent: "Element | None"
    index: int
    depth: int
    node: LexborNode = field(repr=False)
    end: int = 0
    #: its text in the tree's list of texts
    first_text: int = 0
    last_text: int = 0

    @cached_property
    def attributes(self) -> dict[str, str]:
        """By lower-case name; an attribute without value is empty."""
        return {name.lower(): value or "" for name, value in self.node.attributes.items()}

    @cached_property
    def class_words(self) -> frozenset[str]:
        """``entry-title jsPost`` as ``entry``, ``title``, ``js`` and ``post``."""
        spelt = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", self.attributes.get("class", "")[:500])
        return frozenset(re.split(r"[\W_]+", spelt.lower())) - {""}

    def holds(self, other: "Element") -> bool:
        """Whether ``other`` is this element or inside it."""
        return self.index <= other.index < self.end

    def ancestors(self) -> Iterator["Element"]:
        """From the parent up."""
        above = self.parent
        while above is not None:
            yield above
            above = above.parent


class Tree:
    """The page. Raises SourceError where it has more elements than any page should."""

    def __init__(self, html: str) -> None:
        self._parser = LexborHTMLParser(html)  # owns what the nodes point to
        self.elements: list[Element] = []
        self._texts: list[str] = []
        self._build()

    def _build(self) -> None:
        root = self._parser.root
        open_: list[tuple[int, Element]] = []
        for node in root.traverse(include_text=True) if root is not None else ():
            above = node.parent
            inside = above.mem_id if above is not None else 0
            while open_ and open_[-1][0] != inside:
                self._close(open_.pop()[1])
            parent = open_[-1][1] if open_ else None
            if node.is_text_node:
                if parent is not None and parent.tag not in _UNREAD:
                    self._texts.append(node.text_content or "")
            elif node.is_element_node:
                open_.append((node.mem_id, self._open(node, parent)))
        while open_:
            self._close(open_.pop()[1])

    def _open(self, node: LexborNode, parent: Element | None) -> Element:
        if len(self.elements) >= _MOST_ELEMENTS:
            raise SourceError("the page is larger than a page should be", hint="Give another page")
        tag = (node.tag or "").lower()
        if tag not in _INLINE:
            self._texts.append(" ")
        element = Element(
            tag=tag,
            parent=parent,
            index=len(self.elements),
            depth=parent.depth + 1 if parent is not None else 0,
            node=node,
            first_text=len(self._texts),
        )
        self.elements.append(element)
        return element

    def _close(self, element: Element) -> None:
        element.end = len(self.elements)
        element.last_text = len(self._texts)
        if element.tag not in _INLINE:
            self._texts.append(" ")

    def text(self, element: Element) -> str:
        """All text inside, on one line."""
        return " ".join("".join(self._texts[element.first_text : element.last_text]).split())

    def raw(self, element: Element) -> str:
        """What is written inside, also where it is no text for readers."""
        return element.node.text(deep=True)

    def parts(self, element: Element) -> list[str]:
        """The pieces of text inside, each on one line."""
        pieces = (
            " ".join(text.split()) for text in self._texts[element.first_text : element.last_text]
        )
        return [piece for piece in pieces if piece]

    def inside(self, element: Element, *tags: str) -> Iterator[Element]:
        """The descendants, of these kinds where any are named."""
        for index in range(element.index + 1, element.end):
            found = self.elements[index]
            if not tags or found.tag in tags:
                yield found

    def all(self, *tags: str) -> Iterator[Element]:
        """All elements of these kinds."""
        return (element for element in self.elements if element.tag in tags)
