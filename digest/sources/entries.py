"""What a feed parser found, as plain data that can cross from the parser's process to ours."""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An image as a feed offers it: raw address and sizes."""

    url: str
    width: str = ""
    height: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a feed as it was written: nothing cleaned, dates as raw strings."""

    guid: str = ""
    #: the guid is an address by the feed's own word
    guid_is_link: bool = False
    link: str = ""
    #: what a podcast or video entry attaches
    enclosure: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    author: str = ""
    published: str = ""
    updated: str = ""
    language: str = ""
    #: what relative addresses start from (xml:base)
    base: str = ""
    categories: tuple[str, ...] = ()
    media: tuple[Picture, ...] = ()
    thumbnails: tuple[Picture, ...] = ()
    enclosed: tuple[Picture, ...] = ()


_FIELDS = tuple(field.name for field in fields(Entry))


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed document as a parser read it."""

    #: ``rss20``, ``atom10``…; empty: not a feed
    version: str = ""
    title: str = ""
    link: str = ""
    language: str = ""
    #: how long the feed says it stays fresh, in seconds (ttl, sy:updatePeriod)
    fresh_seconds: int = 0
    entries: tuple[Entry, ...] = ()
    #: how many entries stood beyond the limit
    over_limit: int = 0
    #: the document ends in the middle; ``cut_entry``: inside an entry, the last one here
    cut: bool = False
    cut_entry: bool = False
    #: dates are a parser's reading, not the feed's own words
    dates_read: bool = False
    #: addresses of feeds that a web page names, where the document is a web page
    page_feeds: tuple[str, ...] = ()
    is_page: bool = False


def dump(feed: ParsedFeed) -> dict[str, Any]:
    """As JSON-ready data."""
    plain = asdict(replace(feed, entries=()))
    return plain | {"entries": [_row(entry) for entry in feed.entries]}


def _row(entry: Entry) -> dict[str, Any]:
    # asdict copies deeply, which costs more than reading the feed did
    pictures = {
        kind: [asdict(one) for one in getattr(entry, kind)]
        for kind in ("media", "thumbnails", "enclosed")
    }
    return {name: getattr(entry, name) for name in _FIELDS} | pictures


def load(data: dict[str, Any]) -> ParsedFeed:
    """The other way."""
    entries = tuple(
        Entry(
            **{
                **entry,
                "categories": tuple(entry["categories"]),
                **{
                    kind: tuple(Picture(**picture) for picture in entry[kind])
                    for kind in ("media", "thumbnails", "enclosed")
                },
            }
        )
        for entry in data["entries"]
    )
    return ParsedFeed(**{**data, "entries": entries, "page_feeds": tuple(data["page_feeds"])})
