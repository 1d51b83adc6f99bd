"""Reads one story's page: JSON-LD first, then OpenGraph, then the page itself. Pure.

schema.org/NewsArticle, ogp.me. Runs in a process of its own (page_worker.py).
"""

import html
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from digest.errors import SourceError
from digest.sources import clean
from digest.sources.entries import Entry, Picture
from digest.sources.linked_data import LinkedData
from digest.sources.page_tree import Tree

_PUBLISHED = (
    "article:published_time", "og:published_time", "datepublished", "publish-date", "pubdate",
    "date", "dc.date.issued", "dc.date", "dcterms.created", "parsely-pub-date", "sailthru.date",
)  # fmt: skip
_MODIFIED = ("article:modified_time", "og:updated_time", "datemodified", "last-modified")
_SECTION = ("article:section", "section", "parsely-section")


def entry(tree: Tree, url: str) -> Entry:
    """The story at ``url``, without its text. Raises SourceError for a page of many stories."""
    meta = _meta(tree)
    data = LinkedData([tree.raw(one) for one in tree.all("script") if _is_data(one.attributes)])
    if data.lists() or _is_archive(tree):
        raise SourceError("this page lists stories", hint="Paste the address of one of them")
    story = data.story()
    site = meta.get("og:site_name", "")
    title = data.text(story, "headline") or meta.get("og:title") or meta.get("twitter:title")
    return Entry(
        link=canonical(tree, meta, url),
        guid=_same_site(_linked(tree, "shortlink"), url),
        guid_is_link=True,
        title=_without_site(title or _first(tree, "h1") or _first(tree, "title"), site),
        # plain text, often with entities escaped twice
        summary=(
            data.text(story, "description")
            or meta.get("og:description", "")
            or meta.get("description", "")
        ).replace("<", "&lt;"),
        author=", ".join(_names(data.texts(story, "author"))) or meta.get("author", ""),
        published=data.text(story, "datePublished") or _any(meta, _PUBLISHED) or _time(tree),
        updated=data.text(story, "dateModified") or _any(meta, _MODIFIED),
        language=data.text(story, "inLanguage") or _language(tree, meta),
        categories=tuple(data.texts(story, "articleSection")) or _sections(meta),
        media=(*_og_pictures(tree), *data.pictures(story)),
    )


def text(tree: Tree, page: str) -> str:
    """The story's text as HTML paragraphs: what extraction finds or what JSON-LD carries."""
    import trafilatura  # slow to import, and only pasted stories need it

    data = LinkedData([tree.raw(one) for one in tree.all("script") if _is_data(one.attributes)])
    told = data.text(data.story(), "articleBody")
    found = trafilatura.extract(page, include_comments=False, include_tables=False) or ""
    lines = map(str.strip, max(found, told, key=len).splitlines())
    headlines = {"", *(tree.text(one) for one in tree.all("h1"))}
    return "".join(f"<p>{html.escape(line)}</p>" for line in lines if line not in headlines)


def _is_archive(tree: Tree) -> bool:
    """Whether WordPress says so: themes print its ``body_class()`` as it is."""
    body = next(tree.all("body"), None)
    told = body.attributes.get("class", "").split() if body is not None else []
    return "archive" in told or "search-results" in told


def _names(authors: list[str]) -> list[str]:
    """Some give their authors' addresses for names."""
    return [name for name in authors if not name.startswith(("http:", "https:"))][:10]


def canonical(tree: Tree, meta: Mapping[str, str], url: str) -> str:
    """The page's own name for itself where it stays on its site; else where it was found."""
    for named in (_linked(tree, "canonical"), meta.get("og:url", "")):
        address = _same_site(named, url)
        if address and (urlsplit(address).path.strip("/") or urlsplit(address).query):
            return address
    return url


def _same_site(named: str, url: str) -> str:
    address = clean.safe_url(named, url) if named else ""
    return address if address and _host(address) == _host(url) else ""


def _host(url: str) -> tuple[str, int | None]:
    parts = urlsplit(url)
    return (parts.hostname or "").removeprefix("www.").removeprefix("m."), parts.port


def _is_data(attributes: Mapping[str, str]) -> bool:
    return attributes.get("type", "").partition(";")[0].strip().lower() == "application/ld+json"


def _meta(tree: Tree) -> dict[str, str]:
    """By lower-case name, property or itemprop; the first of each counts."""
    found: dict[str, str] = {}
    for one in tree.all("meta"):
        told = one.attributes
        name = told.get("property") or told.get("name") or told.get("itemprop") or ""
        if name and told.get("content", "").strip():
            found.setdefault(name.strip().lower(), told["content"].strip())
    return found


def _any(meta: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((meta[name] for name in names if name in meta), "")


def _linked(tree: Tree, relation: str) -> str:
    for one in tree.all("link"):
        if relation in one.attributes.get("rel", "").lower().split():
            return one.attributes.get("href", "")
    return ""


def _first(tree: Tree, tag: str) -> str:
    return next(filter(None, map(tree.text, tree.all(tag))), "")


def _without_site(title: str, site: str) -> str:
    """``Storm | The Post`` on a site that calls itself The Post is ``Storm``."""
    for mark in (" | ", " - ", " – ", " — ", " :: ", " • ", " · "):
        head, found, tail = title.rpartition(mark)
        if found and site and tail.strip().casefold() == site.casefold():
            return head.strip()
    return title


def _time(tree: Tree) -> str:
    times = [one for one in tree.all("time") if one.attributes.get("datetime")]
    own = [one for one in times if any(above.tag == "article" for above in one.ancestors())]
    return next((one.attributes["datetime"] for one in own or times), "")


def _language(tree: Tree, meta: Mapping[str, str]) -> str:
    root = next(tree.all("html"), None)
    return (root.attributes.get("lang", "") if root is not None else "") or meta.get(
        "og:locale", ""
    )


def _sections(meta: Mapping[str, str]) -> tuple[str, ...]:
    section = _any(meta, _SECTION)
    return (section,) if section else ()


def _og_pictures(tree: Tree) -> Iterator[Picture]:
    """``og:image`` with the sizes and words that follow it (ogp.me, structured properties)."""
    told: dict[str, str] = {}
    for one in (*tree.all("meta"), None):
        name = _property(one.attributes) if one is not None else "og:image"
        if name in {"og:image", "twitter:image"}:
            if told.get("url"):
                yield Picture(
                    url=told["url"],
                    width=told.get("width", ""),
                    height=told.get("height", ""),
                    alt=told.get("alt", ""),
                )
            told = {}
        if one is not None and name.startswith(("og:image", "twitter:image")):
            part = name.partition("image")[2].lstrip(":") or "url"
            told.setdefault("url" if part == "secure_url" else part, one.attributes["content"])


def _property(attributes: Mapping[str, str]) -> str:
    name = attributes.get("property") or attributes.get("name") or ""
    return name.strip().lower() if attributes.get("content") else ""
