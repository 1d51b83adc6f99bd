"""The feed parsers, in a process of their own with a bound on time and memory.

Hostile documents make a parser slow or large; here that costs one process. Requests on stdin,
answers on stdout, see ``parse.py``. Parsers are given bytes only: handed a string, feedparser
would open files and addresses.
"""

import io
import json
import os
import re
import resource
import struct
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, BinaryIO

import feedparser

from digest.sources import json_feed, well_formed
from digest.sources.entries import Entry, ParsedFeed, Picture, dump
from digest.sources.repair import decode, mend
from digest.sources.well_formed import is_image

CPU_SECONDS = 10
MEMORY_BYTES = 512 * 1024 * 1024
MAX_ENTRIES = 2000
#: feedparser needs seconds for documents of this size, the second parser does not
_LARGE = 2_000_000

#: feedparser takes a picture's words for the entry's own; under another name they stay apart
_CAPTION = re.compile(rb"<(/?)media:description\b[^<>]*?(/?)>")
#: what may stand before the root and hold anything that looks like one
_PROLOG = re.compile(r"\s*(?:<!--.*?-->|<\?.*?\?>)", re.DOTALL)
_ROOT = re.compile(r"<([A-Za-z][\w.:-]{0,40})")
_PAGE = re.compile(r"\s*(?:<!doctype html|<html\b|<head\b|<body\b)", re.IGNORECASE)
_LINK = re.compile(r"<link\b[^<>]{1,2000}>", re.IGNORECASE)
_FEED_TYPE = re.compile(r"application/(?:rss|atom|rdf|feed)\+(?:xml|json)", re.IGNORECASE)
_HREF = re.compile(r"""\bhref\s*=\s*["']?([^"'\s<>]+)""", re.IGNORECASE)


def main() -> None:
    """Serve until stdin ends."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a parser prints must not stand between the answers
    for limit, bound in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_AS, MEMORY_BYTES)):
        with suppress(ValueError, OSError):  # macOS knows no RLIMIT_AS
            resource.setrlimit(limit, (bound, resource.getrlimit(limit)[1]))
    while header := requests.read(8):
        charset_size, body_size = struct.unpack(">II", header)
        charset = requests.read(charset_size).decode("latin-1")
        body = requests.read(body_size)
        _answer(answers, body, charset)


def _answer(answers: BinaryIO, body: bytes, charset: str) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    resource.setrlimit(
        resource.RLIMIT_CPU, (spent + CPU_SECONDS, resource.getrlimit(resource.RLIMIT_CPU)[1])
    )
    try:
        reply = json.dumps({"feed": dump(parse_document(body, charset))})
    except Exception as error:  # noqa: BLE001 - the border of the process: all becomes one message
        reply = json.dumps({"error": type(error).__name__})
    data = reply.encode("ascii")
    answers.write(struct.pack(">I", len(data)) + data)
    answers.flush()


def parse_document(body: bytes, charset: str = "") -> ParsedFeed:
    """The feed in ``body``: read straight, where nothing speaks against it; else by the tolerant
    parser or, where that finds nothing, the second.
    """
    text = decode(body, charset)
    if text.lstrip().startswith("{"):
        return json_feed.read(text, MAX_ENTRIES) or ParsedFeed()
    mended = mend(text)
    plain = well_formed.read(mended, MAX_ENTRIES)
    if plain is not None:
        return plain
    readers = (_second, _first) if len(mended) > _LARGE else (_first, _second)
    found = None
    for reader in readers:
        feed = reader(mended)
        if feed is not None and feed.entries:
            found = feed
            break
        found = found or feed
    if found is None:
        return _page(text)
    return _without_cut_entry(found, text)


def _first(document: bytes) -> ParsedFeed | None:
    apart = _CAPTION.sub(rb"<\1media:caption\2>", document)
    parsed = feedparser.parse(io.BytesIO(apart), sanitize_html=False, resolve_relative_uris=False)
    if not parsed.get("version"):
        return None
    feed = parsed.feed
    return ParsedFeed(
        version=parsed.version,
        title=_text(feed, "title"),
        link=_text(feed, "link"),
        language=_text(feed, "language"),
        fresh_seconds=well_formed.fresh_seconds(
            _text(feed, "ttl"), _text(feed, "sy_updateperiod"), _text(feed, "sy_updatefrequency")
        ),
        entries=tuple(_entry(entry) for entry in parsed.entries[:MAX_ENTRIES]),
        over_limit=max(0, len(parsed.entries) - MAX_ENTRIES),
    )


def _second(document: bytes) -> ParsedFeed | None:
    import fastfeedparser  # slow to import, seldom needed

    try:
        parsed = fastfeedparser.parse(document)
    except Exception:  # noqa: BLE001 - it raises whatever its lower layers do; None says it all
        return None
    feed = parsed.get("feed") or {}
    entries = parsed.get("entries") or []
    return ParsedFeed(
        version="other",
        title=_text(feed, "title"),
        link=_text(feed, "link"),
        language=_text(feed, "language"),
        entries=tuple(_entry(entry) for entry in entries[:MAX_ENTRIES]),
        over_limit=max(0, len(entries) - MAX_ENTRIES),
        dates_read=True,
    )


def _text(data: Mapping[str, Any], key: str) -> str:
    # dict.get: feedparser's own get answers for other keys, with warnings
    value = dict.get(data, key) if isinstance(data, dict) else None
    return value if isinstance(value, str) else ""


def _maps(data: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = dict.get(data, key) if isinstance(data, dict) else None
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _entry(entry: Mapping[str, Any]) -> Entry:
    attached = [
        (_text(one, "href") or _text(one, "url"), _text(one, "type"))
        for one in (*_maps(entry, "enclosures"), *_maps(entry, "links"))
        if _text(one, "rel") in {"", "enclosure"}
    ]
    detail = entry.get("title_detail") or entry.get("summary_detail") or {}
    content = "\n".join(_text(part, "value") for part in _maps(entry, "content"))
    caption = _text(entry, "media_caption")
    summary = _text(entry, "summary") or _text(entry, "description")
    summary = summary or ("" if content else caption)
    media = _maps(entry, "media_content")
    return Entry(
        guid=_text(entry, "id"),
        guid_is_link=bool(entry.get("guidislink")),
        link=_text(entry, "link"),
        enclosure=next((url for url, kind in attached if not is_image(url, kind)), ""),
        title=_text(entry, "title"),
        # feedparser repeats the content as summary where there is none
        summary="" if content and summary == content else summary,
        content=content,
        author=_author(entry),
        published=_text(entry, "published"),
        updated=_text(entry, "updated"),
        language=_text(detail, "language"),
        base=_text(detail, "base"),
        categories=tuple(
            name
            for tag in _maps(entry, "tags")[:50]
            if (name := _text(tag, "label") or _text(tag, "term"))
        ),
        media=_pictures(
            # one caption for several pictures is not known to be any one's
            {**one, "description": caption if len(media) == 1 else ""}
            for one in media
            if _text(one, "medium") == "image" or is_image(_text(one, "url"), _text(one, "type"))
        ),
        thumbnails=_pictures(_maps(entry, "media_thumbnail")),
        enclosed=_pictures({"url": url} for url, kind in attached if is_image(url, kind)),
    )


def _pictures(found: Iterable[Mapping[str, Any]]) -> tuple[Picture, ...]:
    return tuple(
        Picture(
            url=_text(one, "url"),
            width=str(one.get("width") or ""),
            height=str(one.get("height") or ""),
            alt=_text(one, "title") or _text(one, "description"),
        )
        for one in found
    )[:20]


def _author(entry: Mapping[str, Any]) -> str:
    """Names, as far as the feed gives any; what looks like an address is left to byline()."""
    authors = _maps(entry, "authors")
    if any(_text(author, "email") for author in authors):
        # feedparser cuts a@b.example after ".exam" and takes the rest for a name
        return _text(entry, "author")
    names = [name for author in authors if (name := _text(author, "name"))]
    return ", ".join(list(dict.fromkeys(names))[:10]) or _text(entry, "author")


def _without_cut_entry(feed: ParsedFeed, text: str) -> ParsedFeed:
    """A document cut in the middle of an entry has a headline that may be cut as well."""
    start = 0
    while before := _PROLOG.match(text, start):
        start = before.end()
    root = _ROOT.search(text, start)
    if root is None or f"</{root.group(1)}" in text:
        return feed
    closed = len(re.findall(r"</(?:\w+:)?(?:item|entry)\s*>", text))
    cut_entry = len(feed.entries) > closed
    return replace(feed, cut=True, cut_entry=cut_entry)


def _page(text: str) -> ParsedFeed:
    """Not a feed; if it is a web page, the feeds that it names."""
    links = [link for link in _LINK.findall(text[:500_000]) if _FEED_TYPE.search(link)]
    addresses = [found.group(1) for link in links[:20] if (found := _HREF.search(link))]
    return ParsedFeed(is_page=_PAGE.match(text) is not None, page_feeds=tuple(addresses))


if __name__ == "__main__":
    main()
