"""JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1), as the entries of any other feed. Pure.

Feeds in the wild bend the format: numbers as ids, one author as an object, fields of other types.
What has not its type is taken as not there; only a document that is no JSON Feed is refused.
"""

import html
import json
import re
from collections.abc import Mapping
from typing import Any

from digest.sources.entries import Entry, ParsedFeed, Picture

_VERSION = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/(\d)(?:\.(\d))?/?", re.IGNORECASE)
_MARKUP = re.compile(r"</[a-z][a-z0-9]*>|<(?:br|p|img)\b", re.IGNORECASE)
_PICTURE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:$|\?)", re.IGNORECASE)

Json = Mapping[str, Any]


def read(text: str, most: int) -> ParsedFeed | None:
    """The feed in ``text``, at most ``most`` entries of it; None where it is no JSON Feed."""
    try:
        # not strict: raw line breaks inside strings are common
        feed = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    version = _version(feed) if isinstance(feed, dict) else ""
    if not version:
        return None
    items = _maps(feed, "items")
    language = _text(feed, "language")
    return ParsedFeed(
        version=version,
        title=_text(feed, "title"),
        link=_text(feed, "home_page_url") or _text(feed, "feed_url"),
        language=language,
        entries=tuple(_entry(item, _names(feed)) for item in items[:most]),
        over_limit=max(0, len(items) - most),
    )


def _version(feed: Json) -> str:
    """``json1`` or ``json11``; a feed that forgets it must look like one otherwise."""
    found = _VERSION.fullmatch(_text(feed, "version").strip())
    if found:
        return f"json{found.group(1)}{(found.group(2) or '').replace('0', '')}"
    typical = {"title", "home_page_url", "feed_url"} & feed.keys()
    return "json1" if len(typical) > 1 and isinstance(feed.get("items"), list) else ""


def _entry(item: Json, feed_author: str) -> Entry:
    attached = [(_text(one, "url"), _text(one, "mime_type")) for one in _maps(item, "attachments")]
    pictures = [url for url, kind in attached if _is_picture(url, kind)]
    address = _text(item, "url")
    return Entry(
        guid=_identifier(item.get("id")),
        link=address or _text(item, "external_url"),
        enclosure=next((url for url, kind in attached if not _is_picture(url, kind)), ""),
        title=_text(item, "title"),
        summary=_plain(_text(item, "summary")),
        content=_text(item, "content_html") or html.escape(_text(item, "content_text")),
        author=_names(item) or feed_author,
        published=_text(item, "date_published"),
        updated=_text(item, "date_modified"),
        language=_text(item, "language"),
        categories=_strings(item, "tags")[:50],
        media=_pictures(_text(item, "image"), _text(item, "banner_image")),
        enclosed=_pictures(*pictures),
    )


def _identifier(value: object) -> str:
    """Ids are strings; numbers are taken for them, as the format asks of readers."""
    if isinstance(value, bool):
        return ""
    return str(value) if isinstance(value, int | float) else _clean(value)


def _plain(text: str) -> str:
    """Plain text as HTML. Summaries with markup break the rules and are left to the cleaning."""
    return text if _MARKUP.search(text) else html.escape(text)


def _names(item: Json) -> str:
    """Version 1.1 has a list of authors, 1.0 one."""
    people = _maps(item, "authors") or ([item["author"]] if _is_map(item, "author") else [])
    names = [_text(one, "name") for one in people]
    return ", ".join(list(dict.fromkeys(filter(None, names)))[:10]) or _text(item, "author")


def _is_picture(url: str, kind: str) -> bool:
    return kind.lower().startswith("image/") if kind else _PICTURE.search(url) is not None


def _pictures(*urls: str) -> tuple[Picture, ...]:
    return tuple(Picture(url=url) for url in dict.fromkeys(filter(None, urls)))[:20]


def _is_map(data: Json, key: str) -> bool:
    return isinstance(data.get(key), dict)


def _maps(data: Json, key: str) -> list[Json]:
    value = data.get(key)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _strings(data: Json, key: str) -> tuple[str, ...]:
    value = data.get(key)
    return tuple(filter(None, map(_clean, value))) if isinstance(value, list) else ()


def _text(data: Json, key: str) -> str:
    return _clean(data.get(key))


def _clean(value: object) -> str:
    r"""A string that can be stored: JSON may hold ``\u0000`` and half a surrogate pair."""
    if not isinstance(value, str):
        return ""
    return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
