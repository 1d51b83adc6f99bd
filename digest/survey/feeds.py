"""The feeds of a site: those its page names, else those at the usual places."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

from digest.errors import SourceError
from digest.sources import clean
from digest.sources.entries import ParsedFeed
from digest.sources.feed_stories import language_tag
from digest.sources.fetch import FetchedBody, Fetcher
from digest.sources.parse import FeedParser
from digest.survey.page import FeedLink
from digest.survey.places import utc_offset
from digest.survey.terms import Term

#: where feeds are when a page names none
USUAL = ("feed/", "rss.xml", "feed.xml", "rss", "atom.xml", "index.xml", "feed.json")
#: feeds of one page that are read
MOST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSeen:
    """A feed that was read."""

    url: str
    title: str
    entries: int
    #: BCP 47, lower case; empty where it does not say
    language: str = ""
    #: the front page it belongs to, by its own word
    site: str = ""
    #: how far its dates stand from UTC; None where they are in UTC
    offset: timedelta | None = None
    categories: tuple[Term, ...] = ()
    links: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Tried:
    """An address where no feed was, and why."""

    url: str
    why: str


def look(
    fetcher: Fetcher, parser: FeedParser, site: str, named: Sequence[FeedLink]
) -> tuple[tuple[FeedSeen, ...], tuple[Tried, ...]]:
    """The feeds of ``site``, the main one first, and what was tried without success.

    Feeds of comments are left out, and so is a feed whose stories are all in one before it.
    """
    found: list[FeedSeen] = []
    tried: list[Tried] = []
    addresses = [link.url for link in named if not _of_comments(link)]
    for url in list(dict.fromkeys(addresses))[:MOST]:
        _try(fetcher, parser, url, found, tried)
    for url in _usual(site) if not found else ():
        if url in addresses:
            continue
        _try(fetcher, parser, url, found, tried)
        if found:
            break
    return tuple(found), tuple(tried)


def seen(document: FetchedBody, feed: ParsedFeed) -> FeedSeen:
    """What a feed tells of itself and its site."""
    counts = Counter(
        category
        for entry in feed.entries
        for category in dict.fromkeys(clean.headline(one) for one in entry.categories)
        if category
    )
    return FeedSeen(
        url=document.url,
        title=clean.headline(feed.title),
        entries=len(feed.entries),
        language=language_tag(feed.language),
        site=clean.safe_url(feed.link, document.url) if feed.link else "",
        offset=utc_offset([entry.published for entry in feed.entries if entry.published]),
        categories=tuple(
            Term(name=name, path=name, count=count) for name, count in counts.most_common()
        ),
        links=frozenset(entry.link for entry in feed.entries if entry.link),
    )


def _try(
    fetcher: Fetcher,
    parser: FeedParser,
    url: str,
    found: list[FeedSeen],
    tried: list[Tried],
) -> None:
    try:
        document = fetcher.fetch(url)
        if document.status != 200:
            tried.append(Tried(url, f"answered {document.status}"))
            return
        feed = parser.parse(document.body, document.charset)
    except SourceError as error:
        tried.append(Tried(url, error.message))
        return
    if not feed.version:
        tried.append(Tried(url, "is no feed"))
        return
    one = seen(document, feed)
    if not found or not one.links <= found[0].links:
        found.append(one)


def _of_comments(link: FeedLink) -> bool:
    parts = urlsplit(link.url)
    told = f"{link.title} {parts.path} {parts.query}".lower()
    return any(word in told for word in ("comment", "kommentar"))


def _usual(site: str) -> Iterator[str]:
    """At the page itself, then at the top of its host."""
    here = site if site.endswith("/") else f"{site}/"
    for base in dict.fromkeys((here, urljoin(site, "/"))):
        for path in USUAL:
            yield urljoin(base, path)
