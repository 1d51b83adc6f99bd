"""Reads well-formed feeds that use no rare device, many times faster than a tolerant parser.

RSS 0.9x to 2.0, RSS 1.0 (RDF) and Atom 1.0 (RFC 4287). It gives None for everything it is not
sure to read as completely as the tolerant parser would: that one reads it then. Values are left
as written, dates above all.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from xml.etree import ElementTree as ET

from digest.sources.entries import Entry, ParsedFeed, Picture

_ATOM = "{http://www.w3.org/2005/Atom}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_TERMS = "{http://purl.org/dc/terms/}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
_MEDIA = "{http://search.yahoo.com/mrss/}"
_ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_RSS1 = "{http://purl.org/rss/1.0/}"
_SY = "{http://purl.org/rss/1.0/modules/syndication/}"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_CONTROLS = re.compile("[\x80-\x9f]")
_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000}
_DAY = 86_400
#: documents with these are left to the tolerant parser
_RARE = (b"<!DOCTYPE", b"xml:base", b'"xhtml"', b"'xhtml'", b'mode="', b"base64")
#: the two modules whose namespaces are often misspelt
_MODULES = re.compile(rb"""xmlns:(?:media|itunes)\s*=\s*["']([^"']*)""")
_KNOWN = {_MEDIA[1:-1].encode(), _ITUNES[1:-1].encode()}
#: what a tolerant parser would look into; here it stands where no format has it
_ASTRAY = frozenset(
    {
        *("fullitem", "body", "updated", "modified", "issued", "created", "published"),
        *("summary", "content", "id", "itunes:summary", f"{_ATOM}content", f"{_ATOM}summary"),
        "{http://www.w3.org/1999/xhtml}body",
        "{http://www.w3.org/1999/xhtml}div",
        f"{_RSS1}updated",
    }
)
#: characters of windows-1252 in a document that says otherwise (HTML §13.2.5.80)
_WINDOWS = {code: bytes([code]).decode("cp1252", "ignore") or None for code in range(0x80, 0xA0)}


class _RareError(Exception):
    """Something that the tolerant parser reads better."""


def read(document: bytes, limit: int) -> ParsedFeed | None:
    """The feed in ``document`` (repaired, UTF-8), at most ``limit`` of its entries, or None."""
    if any(mark in document for mark in _RARE) or set(_MODULES.findall(document)) - _KNOWN:
        return None
    try:
        root = ET.fromstring(document)  # noqa: S314 - no DOCTYPE gets here, so no entities
        return _feed(root, limit)
    except (ET.ParseError, _RareError):
        return None


def _feed(root: ET.Element, limit: int) -> ParsedFeed | None:
    if root.tag == "rss":
        channel = root.find("channel")
        if channel is None:
            return None
        version = "rss" + "".join(letter for letter in root.get("version", "") if letter.isdigit())
        return _rss(version, "", channel, channel, limit)
    if root.tag == f"{_RDF}RDF":
        channel = root.find(f"{_RSS1}channel")
        return None if channel is None else _rss("rss10", _RSS1, channel, root, limit)
    if root.tag == f"{_ATOM}feed":
        return _atom(root, limit)
    return None


def _rss(
    version: str, space: str, channel: ET.Element, around: ET.Element, limit: int
) -> ParsedFeed | None:
    items = around.findall(f"{space}item")
    if not items:
        return None
    language = channel.findtext(f"{space}language") or channel.findtext(f"{_DC}language")
    return ParsedFeed(
        version=version,
        title=_first(channel, f"{space}title"),
        link=_first(channel, f"{space}link"),
        language=(language or "").strip(),
        fresh_seconds=_fresh(channel),
        entries=tuple(_item(item, space) for item in items[:limit]),
        over_limit=max(0, len(items) - limit),
    )


def _fresh(channel: ET.Element) -> int:
    told = (_first(channel, tag) for tag in ("ttl", f"{_SY}updatePeriod", f"{_SY}updateFrequency"))
    return fresh_seconds(*told)


def fresh_seconds(ttl: str, period: str, times: str) -> int:
    """How long a feed says it stays fresh, at most a day: RSS's ``ttl`` in minutes, or the
    syndication module's period and how often in it. 0 where it does not say.
    """
    if ttl.isascii() and ttl.isdigit():
        return min(int(ttl[:6]) * 60, _DAY)
    often = int(times[:6]) if times.isascii() and times.isdigit() else 1
    return min(_PERIODS.get(period.lower(), 0) // max(1, often), _DAY)


def _item(item: ET.Element, space: str) -> Entry:
    if any(child.tag in _ASTRAY for child in item):
        raise _RareError
    guid = item.find("guid")
    description = _first(item, f"{space}description")
    contents = [_text(one) for one in item.findall(f"{_CONTENT}encoded")]
    podcast = _first(item, f"{_ITUNES}summary")
    summary = description or _first(item, f"{_DC}description") or podcast
    if podcast and podcast != summary:
        contents.append(podcast)
    authors = _texts(item, f"{_DC}creator") or _texts(item, "author")
    enclosures = [(one.get("url", ""), one.get("type", "")) for one in item.findall("enclosure")]
    atom = [one for one in item.findall(f"{_ATOM}link") if one.get("rel", "alternate") != "self"]
    links = _texts(item, f"{space}link") or [
        one.get("href", "") for one in atom if one.get("rel", "alternate") == "alternate"
    ]
    link = links[-1] if links else ""
    title = _first(item, f"{space}title") or _first(item, f"{_DC}title")
    return _entry(
        item,
        Entry(
            guid=_text(guid) if guid is not None else item.get(f"{_RDF}about", ""),
            guid_is_link=guid is not None and guid.get("isPermaLink", "true") == "true",
            link=link,
            title=title or _first(item, f"{_ITUNES}title"),
            summary=summary,
            content="\n".join(contents),
            author=", ".join(authors or _texts(item, f"{_ITUNES}author")),
            published=_first(item, "pubDate")
            or _first(item, f"{_TERMS}issued")
            or _first(item, f"{_ATOM}published"),
            updated=_first(item, f"{_DC}date")
            or _first(item, f"{_TERMS}modified")
            or _first(item, f"{_ATOM}updated"),
            categories=(*_texts(item, "category"), *_texts(item, f"{_DC}subject")),
        ),
        enclosures,
    )


def _atom(root: ET.Element, limit: int) -> ParsedFeed | None:
    entries = root.findall(f"{_ATOM}entry")
    if not entries:
        return None
    return ParsedFeed(
        version="atom10",
        title=_first(root, f"{_ATOM}title"),
        link=_alternate(root),
        language=root.get(f"{_XML}lang", ""),
        fresh_seconds=_fresh(root),
        entries=tuple(_atom_entry(entry) for entry in entries[:limit]),
        over_limit=max(0, len(entries) - limit),
    )


def _atom_entry(entry: ET.Element) -> Entry:
    names = [_text(name) for name in entry.findall(f"{_ATOM}author/{_ATOM}name")]
    enclosures = [
        (one.get("href", ""), one.get("type", ""))
        for one in entry.findall(f"{_ATOM}link")
        if one.get("rel") == "enclosure"
    ]
    categories = [
        one.get("label") or one.get("term") or "" for one in entry.findall(f"{_ATOM}category")
    ]
    return _entry(
        entry,
        Entry(
            guid=_first(entry, f"{_ATOM}id"),
            link=_alternate(entry),
            title=_first(entry, f"{_ATOM}title"),
            summary=_first(entry, f"{_ATOM}summary"),
            content="\n".join(_texts(entry, f"{_ATOM}content")),
            author=", ".join(names or _texts(entry, f"{_DC}creator")),
            published=_first(entry, f"{_ATOM}published"),
            updated=_first(entry, f"{_ATOM}updated") or _first(entry, f"{_DC}date"),
            categories=(*filter(None, categories), *_texts(entry, f"{_DC}subject")),
        ),
        enclosures,
    )


def _alternate(element: ET.Element) -> str:
    """The page that it stands for: of several, the last that may be HTML."""
    found = ""
    for link in element.findall(f"{_ATOM}link"):
        if "href" not in link.attrib:
            raise _RareError
        kind = link.get("type", "text/html")
        if link.get("rel", "alternate") == "alternate" and (not found or "html" in kind):
            found = link.get("href", "")
    return found


def _entry(element: ET.Element, entry: Entry, enclosures: Iterable[tuple[str, str]]) -> Entry:
    """``entry`` with what all formats share: language and media."""
    if not entry.title and element.find(f".//{_MEDIA}title") is not None:
        raise _RareError
    attached = list(enclosures)
    media = list(element.iter(f"{_MEDIA}content"))
    captions = [_text(one) for one in element.iter(f"{_MEDIA}description")]
    pictures = tuple(
        _picture(one, captions[-1] if captions and len(media) == 1 else "")
        for one in media
        if one.get("medium") == "image" or is_image(one.get("url", ""), one.get("type", ""))
    )
    summary = entry.summary or ("" if entry.content or not captions else captions[-1])
    return replace(
        entry,
        summary="" if entry.content and summary == entry.content else summary,
        categories=tuple(dict.fromkeys((*entry.categories, *_labels(element))))[:50],
        language=element.get(f"{_XML}lang", ""),
        enclosure=next((url for url, kind in attached if not is_image(url, kind)), ""),
        media=pictures[:20],
        thumbnails=tuple(_picture(one, "") for one in element.iter(f"{_MEDIA}thumbnail"))[:20],
        enclosed=tuple(Picture(url=url) for url, kind in attached if is_image(url, kind))[:20],
    )


def _labels(element: ET.Element) -> list[str]:
    """Categories in the words of the media and podcast modules."""
    labels = [one.get("label") or _text(one) for one in element.iter(f"{_MEDIA}category")]
    labels += [one.get("text", "") for one in element.iter(f"{_ITUNES}category")]
    return [label for label in labels if label]


def _picture(element: ET.Element, caption: str) -> Picture:
    return Picture(
        url=element.get("url", ""),
        width=element.get("width", ""),
        height=element.get("height", ""),
        alt=caption,
    )


def is_image(url: str, kind: str) -> bool:
    """Whether what is attached is a picture, by its type or else its name."""
    if kind:
        return kind.lower().startswith("image")
    path = url.partition("?")[0].lower()
    return path.endswith((".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif"))


def _first(element: ET.Element, tag: str) -> str:
    found = element.find(tag)
    return "" if found is None else _text(found)


def _texts(element: ET.Element, tag: str) -> list[str]:
    return [text for one in element.findall(tag) if (text := _text(one))]


def _text(element: ET.Element) -> str:
    """The words of an element. Raises _RareError where it holds markup that is not escaped."""
    if len(element):
        raise _RareError
    return _unmangled((element.text or "").strip())


def _unmangled(text: str) -> str:
    """UTF-8 that was read as Latin-1 and encoded again, and windows-1252 taken for Latin-1."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text.translate(_WINDOWS) if _CONTROLS.search(text) else text
