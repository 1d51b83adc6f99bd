"""Turns what a WordPress site's REST API says into stories. Pure.

Field names and shapes: developer.wordpress.org/rest-api/reference/posts. Nothing in the answer is
trusted to be there or to have its type: plugins change answers, and an embedded part that may not
be read is an error object in its place.
"""

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from digest.model import Alias, Image, ParsedStory, PickOrigin, Reject, RejectReason, StoryState
from digest.sources import clean, dates, identity, images
from digest.sources.feed_stories import UnusableError, byline, language_tag
from digest.sources.identity import USUAL, Parameters

Json = Mapping[str, Any]
_PUBLISHED = "publish"
_DATED = frozenset({_PUBLISHED, "future"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A category or tag."""

    id: int
    name: str
    slug: str
    parent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What stories of one site need besides the post itself."""

    source: str
    #: REST root, part of every story's name
    root: str
    zone: ZoneInfo | None = None
    language: str = ""
    pick_sticky: bool = True
    #: slugs
    pick_categories: frozenset[str] = frozenset()
    pick_tags: frozenset[str] = frozenset()
    parameters: Parameters = USUAL
    categories: Mapping[int, Term] = field(default_factory=dict)
    tags: Mapping[int, Term] = field(default_factory=dict)


def terms(rows: Iterable[object]) -> dict[int, Term]:
    """Categories or tags by id."""
    found = {}
    for row in rows:
        if isinstance(row, dict) and isinstance(row.get("id"), int):
            found[row["id"]] = Term(
                id=row["id"],
                name=clean.headline(_text(row, "name")),
                slug=identity.slug(_text(row, "slug")),
                parent=row["parent"] if isinstance(row.get("parent"), int) else 0,
            )
    return found


def stories(
    desk: Desk, posts: Sequence[object]
) -> tuple[tuple[ParsedStory, ...], tuple[Reject, ...]]:
    """Every post as a story or a reject."""
    found: list[ParsedStory] = []
    rejects: list[Reject] = []
    for position, post in enumerate(posts):
        name = str(post.get("id", position)) if isinstance(post, dict) else str(position)
        try:
            found.append(_story(desk, post, position))
        except UnusableError as error:
            rejects.append(
                Reject(entry=name, reason=error.reason, detail=error.detail, aliases=error.aliases)
            )
        except Exception as error:  # noqa: BLE001 - one post's fault stops no other post
            detail = type(error).__name__
            rejects.append(Reject(entry=name, reason=RejectReason.UNREADABLE, detail=detail))
    kept, twice = identity.settle(desk.source, found)
    return kept, (*rejects, *twice)


def _names(desk: Desk, post: Json) -> tuple[Alias, ...]:
    """The names that a post keeps when its address changes."""
    return identity.named(
        identity.wordpress_alias(desk.root, post["id"]) if _is_id(post.get("id")) else None,
        identity.guid_alias(desk.source, html.unescape(_rendered(post, "guid")), desk.parameters),
    )


def _story(desk: Desk, post: object, position: int) -> ParsedStory:
    if not isinstance(post, dict):
        raise UnusableError(RejectReason.UNREADABLE, "not an object")
    headline = clean.headline(_rendered(post, "title"))
    content, excerpt = _map(post, "content"), _map(post, "excerpt")
    if content.get("protected") is True or excerpt.get("protected") is True:
        raise UnusableError(RejectReason.PROTECTED, headline, _names(desk, post))
    link = _text(post, "link")
    if not headline:
        raise UnusableError(RejectReason.NO_HEADLINE, link)
    url = clean.safe_url(link, desk.root)
    if not url:
        reason = RejectReason.BAD_LINK if link else RejectReason.NO_LINK
        raise UnusableError(reason, headline)
    markup = _text(content, "rendered")
    text = clean.text(markup)
    status = _text(post, "status") or _PUBLISHED
    # a draft's date is when it was last saved
    dated = _date(post, "date", desk.zone) if status in _DATED else dates.UNDATED
    categories = _terms(post, "categories", desk.categories)
    tags = _terms(post, "tags", desk.tags)
    return ParsedStory(
        aliases=identity.named(*_names(desk, post), identity.url_alias(url, desk.parameters)),
        url=url,
        headline=headline,
        standfirst=clean.standfirst(_text(excerpt, "rendered"), text, headline),
        text=text,
        byline=byline(_text(_embedded(post, "author"), "name")),
        published_at=dated.at,
        date_grade=dated.grade,
        modified_at=_date(post, "modified", desk.zone).at,
        language=language_tag(desk.language or _text(post, "lang")),
        categories=tuple(_path(term, desk.categories) for term in categories),
        tags=tuple(term.name for term in tags),
        image=_featured(_embedded(post, "wp:featuredmedia"), url) or images.inline(markup, url),
        pick=_pick(desk, post, categories, tags),
        position=position,
        state=StoryState.LIVE if status == _PUBLISHED else StoryState.EMBARGOED,
    )


def _date(post: Json, name: str, zone: ZoneInfo | None) -> dates.Dated:
    """The GMT field, which is written without a zone; else the site's local one."""
    written = _text(post, f"{name}_gmt")
    dated = dates.read(f"{written}Z") if written else dates.UNDATED
    return dated if dated.at else dates.read(_text(post, name), zone)


def _terms(post: Json, taxonomy: str, known: Mapping[int, Term]) -> list[Term]:
    """The post's terms, in its order; embedded ones where the site's own list lacks them."""
    groups = _map(post, "_embedded").get("wp:term")
    rows = [row for group in groups if isinstance(group, list) for row in group] if groups else []
    embedded = terms(rows)
    ids = post.get(taxonomy)
    found = [
        known.get(one) or embedded.get(one)
        for one in (ids if isinstance(ids, list) else [])
        if _is_id(one)
    ]
    return [term for term in found if term is not None and term.name]


def _path(term: Term, known: Mapping[int, Term]) -> str:
    """``World > Asia``."""
    names = [term.name]
    seen = {term.id}
    while (parent := known.get(term.parent)) is not None and parent.id not in seen:
        seen.add(parent.id)
        names.append(parent.name)
        term = parent
    return " > ".join(reversed(names))


def _pick(
    desk: Desk, post: Json, categories: Sequence[Term], tags: Sequence[Term]
) -> PickOrigin | None:
    if desk.pick_sticky and post.get("sticky") is True:
        return PickOrigin.STICKY
    if _called(categories, desk.pick_categories):
        return PickOrigin.CATEGORY
    return PickOrigin.TAG if _called(tags, desk.pick_tags) else None


def _called(found: Sequence[Term], slugs: frozenset[str]) -> bool:
    return any(term.slug in slugs or identity.slug(term.name) in slugs for term in found)


def _featured(media: Json, base: str) -> Image | None:
    """The featured image in the best of its sizes. An error object has none of the fields."""
    if not _text(media, "mime_type").startswith("image/"):
        return None
    alt = _text(media, "alt_text")
    details = _map(media, "media_details")
    sizes = [row for row in _map(details, "sizes").values() if isinstance(row, dict)]
    whole = {"source_url": _text(media, "source_url"), **_sizes(details)}
    *smaller, original = (
        images.image(_text(row, "source_url"), base=base, alt=alt, **_sizes(row))
        for row in (*sizes, whole)
        if _uncropped(row, details)
    )
    return images.rendition(smaller, original)


def _uncropped(row: Json, details: Json) -> bool:
    """Whether a rendition shows the whole picture: squares cut out for lists do not."""
    wide, high = _side(row, "width"), _side(row, "height")
    full_wide, full_high = _side(details, "width"), _side(details, "height")
    if not (wide and high and full_wide and full_high):
        return True
    return abs(wide * full_high - high * full_wide) <= 0.05 * wide * full_high


def _side(row: Json, name: str) -> int:
    value = row.get(name)
    return value if isinstance(value, int) else 0


def _sizes(row: Json) -> dict[str, object]:
    return {"width": row.get("width"), "height": row.get("height")}


def _embedded(post: Json, name: str) -> Json:
    rows = _map(post, "_embedded").get(name)
    first = rows[0] if isinstance(rows, list) and rows else None
    return first if isinstance(first, dict) and "code" not in first else {}


def _rendered(post: Json, name: str) -> str:
    return _text(_map(post, name), "rendered")


def _map(data: Json, key: str) -> Json:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _text(data: Json, key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""


def _is_id(value: object) -> bool:
    return isinstance(value, int) and value > 0
