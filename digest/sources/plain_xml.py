"""XML that is data and nothing else: no DTD, so no entities and nothing fetched (XML 1.0 §2.8).

For documents small enough to be read here, by expat, in linear time: sitemaps and OPML. Feeds go
to a process of their own (parse.py).
"""

from collections.abc import Iterator
from typing import NoReturn
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from digest.errors import SourceError
from digest.sources.repair import repair

#: above a full sitemap (50,000 addresses) with pictures; a bound on memory, not on content
_MOST_ELEMENTS = 500_000
_DEEPEST = 100


def read(body: bytes, charset: str = "") -> Element:
    """The root of the document. ``charset`` is what the server claimed.

    Small faults are mended as in feeds (repair.py). Raises SourceError for what is no XML, brings
    a DTD along or is larger or deeper than any honest document.
    """
    parser = XMLParser(target=_Bounded())  # noqa: S314 - _Bounded refuses every DTD, so there are no entities
    try:
        parser.feed(repair(body, charset))
        root = parser.close()
    except ParseError as error:
        line, _ = error.position
        raise SourceError(
            f"the document is not well-formed XML, line {line}", hint="Ask its publisher to mend it"
        ) from error
    assert isinstance(root, Element)
    return root


def name(element: Element) -> str:
    """The element's name without its namespace, lower case."""
    return element.tag.rpartition("}")[2].lower()


def children(element: Element, *names: str) -> Iterator[Element]:
    """The children that go by one of ``names``, whatever their namespace: many are misspelt."""
    return (child for child in element if name(child) in names)


def text(element: Element, *path: str) -> str:
    """The text of the first element at ``path`` below, "" if there is none."""
    for step in path:
        found = next(children(element, step), None)
        if found is None:
            return ""
        element = found
    return (element.text or "").strip()


class _Bounded(TreeBuilder):
    """Builds the tree; stops at the first sign of something else than plain data."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = self._count = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        self._count += 1
        if self._depth > _DEEPEST or self._count > _MOST_ELEMENTS:
            raise SourceError(
                "the document is deeper or larger than it should be",
                hint="Ask its publisher for a smaller one",
            )
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)

    def doctype(self, *_: object) -> NoReturn:
        """Called by the parser before anything in the DTD takes effect."""
        raise SourceError("the document brings a DTD along", hint="Save it without <!DOCTYPE …>")
