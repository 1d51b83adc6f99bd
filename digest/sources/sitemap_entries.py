"""What a sitemap says, as the entries of a feed. Pure.

sitemaps.org/protocol.html, and developers.google.com/search/docs/crawling-indexing/sitemaps/
news-sitemap for what makes it one of news. Namespaces are not looked at: many are misspelt.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from xml.etree.ElementTree import Element

from digest.sources import dates
from digest.sources.entries import Entry, Picture
from digest.sources.plain_xml import children, name, text

#: a news sitemap holds two days; a part of an index that is older holds no news
_NEWS_DAYS = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A sitemap that an index names."""

    url: str
    last_modified: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """One document: entries of news, or the parts of an index."""

    entries: tuple[Entry, ...] = ()
    parts: tuple[Part, ...] = ()
    #: addresses without a word of news, which cannot become stories
    plain: int = 0


def read(root: Element) -> Sitemap | None:
    """The sitemap below ``root``; None if it is none."""
    if name(root) == "sitemapindex":
        parts = (
            Part(url=text(one, "loc"), last_modified=dates.read(text(one, "lastmod")).at)
            for one in children(root, "sitemap")
        )
        return Sitemap(parts=tuple(part for part in parts if part.url))
    if name(root) != "urlset":
        return None
    news = [(url, next(children(url, "news"), None)) for url in children(root, "url")]
    entries = tuple(_entry(url, told) for url, told in news if told is not None)
    return Sitemap(entries=entries, plain=len(news) - len(entries))


def newest(parts: Sequence[Part], now: datetime) -> list[Part]:
    """The parts that may hold news, likeliest first: named after news, then changed last."""
    recent = [one for one in parts if _changed(one, now) >= now - _NEWS_DAYS]
    return sorted(recent, key=lambda one: ("news" not in one.url.lower(), now - _changed(one, now)))


def _changed(part: Part, now: datetime) -> datetime:
    """A part that does not say may have changed a moment ago."""
    return part.last_modified or now


def _entry(url: Element, news: Element) -> Entry:
    pictures = (
        Picture(url=text(one, "loc"), alt=text(one, "title")) for one in children(url, "image")
    )
    return Entry(
        link=text(url, "loc"),
        title=text(news, "title"),
        published=text(news, "publication_date"),
        updated=text(url, "lastmod"),
        language=text(news, "publication", "language"),
        categories=tuple(filter(None, map(str.strip, text(news, "keywords").split(","))))[:50],
        media=tuple(one for one in pictures if one.url)[:20],
    )
