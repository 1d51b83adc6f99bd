"""What a site's front page says of itself, read from its HTML. Pure.

Only the head, the inline styles and the headings: names, language, feeds, logos, colours, and
boxes whose heading looks like editors' picks. WHATWG HTML, the Open Graph protocol, schema.org.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from digest.sources import clean
from digest.survey.markup import Piece, pieces
from digest.survey.picks import looks_like_picks

#: characters of a page that are read; heads and boxes stand long before
_LONGEST = 600_000
_HEADING = re.compile(r"h[1-6]")
_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json"})
_PARTS_OF_TITLE = re.compile(r"\s+[|–—·:-]\s+|\s*\|\s*")
_NO_NAMES = frozenset({"home", "homepage", "home page", "start", "accueil", "inicio", "início"})
_LOGO_CLASS = re.compile(r"\b(?:custom|site|header)-logo\b")
_LEAST_LINKS, _MOST_BOXES = 2, 20


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed that the page names."""

    url: str
    title: str


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the page under a heading that looks like editors' picks."""

    heading: str
    links: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a front page says: absolute addresses and clean texts, empty where it is silent."""

    url: str
    name: str = ""
    tagline: str = ""
    #: as written in ``<html lang>``
    language: str = ""
    feeds: tuple[FeedLink, ...] = ()
    #: best first; ``icons`` are square and carry no name
    logos: tuple[str, ...] = ()
    icons: tuple[str, ...] = ()
    #: theme-color for light screens
    theme_colour: str = ""
    styles: str = ""
    boxes: tuple[Box, ...] = ()
    #: language tag → the page in that language, this one's own left out
    others: dict[str, str] = field(default_factory=dict)


def looks_like_html(content_type: str, body: bytes) -> bool:
    """Whether an answer is a web page, by what it says it is and how it begins."""
    start = body[:2000].lstrip().lower()
    begins = start.startswith((b"<!doctype html", b"<html"))
    claims = content_type in {"text/html", "application/xhtml+xml"}
    return begins or (claims and b"<" in start and b"<rss" not in start and b"<feed" not in start)


def read(body: bytes, charset: str, url: str) -> Page:
    """The page at ``url``; ``charset`` is what the server claims, UTF-8 where it names none."""
    reader = _Reader(url)
    try:
        text = body.decode(charset or "utf-8", "replace")
    except LookupError:
        text = body.decode("utf-8", "replace")
    for piece in pieces(text[:_LONGEST]):
        reader.take(piece)
    return reader.page()


class _Reader:
    """Collects from one page."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._host = urlsplit(url).hostname
        self._metas: dict[str, str] = {}
        self._language = ""
        self._feeds: list[FeedLink] = []
        self._icons: list[str] = []
        self._images: list[str] = []
        self._others: dict[str, str] = {}
        self._text: list[str] | None = None
        self._title = ""
        self._styles: list[str] = []
        self._data: list[str] = []
        self._boxes: list[_OpenBox] = []
        self._linked = False

    def page(self) -> Page:
        """What was collected."""
        facts = [fact for text in self._data for fact in _facts(text)]
        metas = self._metas
        named = (
            *(metas.get(key, "") for key in ("og:site_name", "application-name")),
            *(_text(fact.get("name")) for fact in facts if _is_a(fact, "WebSite")),
            _name_in(self._title),
        )
        told = (_address(metas.get("og:logo", ""), self._url), *_logos(facts, self._url))
        own = self._language.lower()
        return Page(
            url=self._url,
            name=next((name for one in named if (name := clean.headline(one))), ""),
            tagline=clean.headline(metas.get("og:description") or metas.get("description", "")),
            language=self._language,
            feeds=tuple(self._feeds),
            logos=_unique(*told, *self._images),
            icons=_unique(*self._icons),
            theme_colour=metas.get("theme-color", ""),
            styles="\n".join(self._styles),
            boxes=tuple(
                Box(box.heading, len(box.links))
                for box in self._boxes
                if len(box.links) >= _LEAST_LINKS
            ),
            others={tag: url for tag, url in self._others.items() if tag.lower() != own},
        )

    def take(self, piece: Piece) -> None:
        """The next piece of the page."""
        if not piece.tag:
            if self._text is not None:
                self._text.append(piece.text)
        elif piece.closes:
            self._close(piece.tag)
        else:
            self._open(piece)

    def _open(self, piece: Piece) -> None:
        tag, told = piece.tag, piece.attributes
        if tag == "html":
            self._language = told.get("lang", "").strip()
        elif tag == "meta":
            self._meta(told)
        elif tag == "link":
            self._link(told)
        elif tag == "a":
            self._anchor(told.get("href", ""))
        elif tag == "img" and _LOGO_CLASS.search(told.get("class", "")):
            self._images.append(_address(told.get("src", ""), self._url))
        elif tag == "style":
            self._styles.append(piece.text)
        elif tag == "script" and told.get("type", "").lower() == "application/ld+json":
            self._data.append(piece.text)
        elif tag == "title" or _HEADING.fullmatch(tag):
            self._text, self._linked = [], False

    def _close(self, tag: str) -> None:
        if self._text is None or not (tag == "title" or _HEADING.fullmatch(tag)):
            return
        text, self._text = clean.line("".join(self._text)), None
        if tag == "title":
            self._title = self._title or text
        else:
            self._heading(int(tag[1]), text)

    def _meta(self, told: Mapping[str, str]) -> None:
        key = (told.get("property") or told.get("name", "")).lower()
        dark = "dark" in told.get("media", "")
        if key and told.get("content") and not (key == "theme-color" and dark):
            self._metas.setdefault(key, told["content"])

    def _link(self, told: Mapping[str, str]) -> None:
        address = _address(told.get("href", ""), self._url)
        relations = told.get("rel", "").lower().split()
        if not address:
            return
        if "alternate" in relations and told.get("type", "").lower() in _FEED_TYPES:
            self._feeds.append(FeedLink(address, clean.headline(told.get("title", ""))))
        elif "alternate" in relations and told.get("hreflang", "x-default") != "x-default":
            self._others.setdefault(told["hreflang"], address)
        elif "apple-touch-icon" in relations:
            self._icons.insert(0, address)
        elif "icon" in relations:
            self._icons.append(address)

    def _anchor(self, href: str) -> None:
        self._linked = True
        address = _address(href, self._url)
        parts = urlsplit(address)
        if parts.hostname == self._host and parts.path not in {"", "/"}:
            for box in self._boxes:
                if box.is_open:
                    box.links.add(address.partition("#")[0])

    def _heading(self, level: int, text: str) -> None:
        """A heading without a link ends the boxes on its level; one with a link is a story's."""
        if not self._linked or looks_like_picks(text):
            for box in self._boxes:
                box.is_open = box.is_open and box.level < level
        if looks_like_picks(text) and len(self._boxes) < _MOST_BOXES:
            self._boxes.append(_OpenBox(text, level))


@dataclass(slots=True)
class _OpenBox:
    heading: str
    level: int
    links: set[str] = field(default_factory=set)
    is_open: bool = True


def _address(raw: str, base: str) -> str:
    return clean.safe_url(raw, base) if raw.strip() else ""


def _unique(*found: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in found if one))


def _name_in(title: str) -> str:
    """The name in ``Home | The Meridian`` and in ``The Meridian – News of the day``."""
    parts = [part for part in _PARTS_OF_TITLE.split(title) if part]
    return next((part for part in parts if part.casefold() not in _NO_NAMES), "")


def _facts(text: str) -> Iterator[dict[str, object]]:
    """Every object in a JSON-LD document."""
    try:
        rows: list[object] = [json.loads(text)]
    except (ValueError, RecursionError):
        return
    while rows:
        row = rows.pop(0)
        if isinstance(row, dict):
            yield row
            rows += row.values()
        elif isinstance(row, list):
            rows += row


def _logos(facts: list[dict[str, object]], base: str) -> Iterator[str]:
    for fact in facts:
        logo = fact.get("logo")
        if isinstance(logo, dict):
            logo = logo.get("url") or logo.get("contentUrl")
        yield _address(_text(logo), base)


def _is_a(fact: dict[str, object], kind: str) -> bool:
    kinds = fact.get("@type")
    return kind in (kinds if isinstance(kinds, list) else [kinds])


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
