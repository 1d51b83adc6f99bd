"""OPML: the lists of feeds that feed readers export (opml.org/spec2). Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from digest.errors import SourceError
from digest.sources import clean, plain_xml


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFeed:
    """One feed of a list, with safe addresses."""

    title: str
    xml_url: str
    #: its site; "" where the list does not say
    html_url: str = ""
    #: the folders it lies in, outermost first
    category: tuple[str, ...] = ()


def read(body: bytes) -> list[ListedFeed]:
    """The feeds in the list, in its order, each address once.

    Outlines without a usable address are folders or notes and are left out. Raises SourceError
    where the document is no OPML.
    """
    root = plain_xml.read(body)
    if plain_xml.name(root) != "opml":
        raise SourceError("this is not OPML", hint="Export the list of feeds from a feed reader")
    found: dict[str, ListedFeed] = {}
    for part in plain_xml.children(root, "body"):
        for feed in _feeds(part, ()):
            found.setdefault(feed.xml_url, feed)
    return list(found.values())


def _feeds(outline: Element, folders: tuple[str, ...]) -> Iterator[ListedFeed]:
    for child in plain_xml.children(outline, "outline"):
        told = {key.lower(): value for key, value in child.attrib.items()}
        title = clean.headline(told.get("title") or told.get("text") or "")
        address = _address(told.get("xmlurl", ""))
        if address:
            site = clean.safe_url(told.get("htmlurl", ""))
            yield ListedFeed(
                title=title or address, xml_url=address, html_url=site, category=folders
            )
        # some readers nest feeds under feeds, so this looks below either
        yield from _feeds(child, (*folders, title) if title else folders)


def _address(raw: str) -> str:
    """``feed:`` stands for http, or before a whole address (a registered, unofficial scheme)."""
    raw = raw.strip()
    if raw.lower().startswith("feed:"):
        rest = raw[5:]
        raw = rest if rest.lower().startswith(("http:", "https:")) else f"http:{rest}"
    return clean.safe_url(raw)
