"""The site: what WordPress answers at /wp-json/wp/v2/posts?_embed, /categories and /tags.

https://developer.wordpress.org/rest-api/reference/posts/
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from digest.sample.story import PICTURE_HEIGHT, PICTURE_WIDTH, SampleStory, Shape, of

Row = dict[str, Any]
#: the site's own zone; WordPress writes ``date`` in it, without saying so
ZONE = ZoneInfo("Europe/London")
#: WordPress cuts a post without a hand-written excerpt after so many words
EXCERPT_WORDS = 55
ENTITIES = {"–": "&#8211;", "—": "&#8212;", "‘": "&#8216;", "’": "&#8217;"} | {
    "“": "&#8220;",
    "”": "&#8221;",
    "…": "&#8230;",
    "&": "&#038;",
    "<": "&lt;",
    ">": "&gt;",
}
FORBIDDEN = {
    "code": "rest_forbidden",
    "message": "Sorry, you are not allowed to do that.",
    "data": {"status": 401},
}


@dataclass(frozen=True, slots=True)
class _Terms:
    """The numbers WordPress would have given to the names."""

    categories: Mapping[str, int]
    tags: Mapping[str, int]
    authors: Mapping[str, int]


def site(now: datetime, base_url: str, held_back: float = 0) -> dict[str, list[Row]]:
    """``posts`` (newest first), ``categories`` and ``tags`` as the REST API tells them."""
    told = of(Shape.SITE, now, held_back)
    terms = _Terms(
        categories=_numbered((path for story in told for path in _with_parents(story)), 2),
        tags=_numbered((tag for story in told for tag in story.tags), 101),
        authors=_numbered((story.byline for story in told), 1),
    )
    return {
        "posts": [_post(story, terms, now, base_url) for story in told],
        "categories": [
            _category(path, terms, base_url)
            | _counted(sum(path in story.categories for story in told))
            | {"parent": terms.categories.get(path.rpartition(" > ")[0], 0)}
            for path in terms.categories
        ],
        "tags": [
            _tag(tag, terms, base_url) | _counted(sum(tag in story.tags for story in told))
            for tag in terms.tags
        ],
    }


def _counted(count: int) -> Row:
    return {"count": count, "description": "", "meta": []}


def rendered(text: str) -> str:
    """Plain text as WordPress renders it: typographic characters as numeric entities."""
    return "".join(ENTITIES.get(character, character) for character in text)


def _post(story: SampleStory, terms: _Terms, now: datetime, base_url: str) -> Row:
    published = story.published_at(now)
    # Half of the posts were touched once more, a quarter of an hour after they came out.
    modified = published + timedelta(minutes=15 * (story.id % 2))
    link = f"{base_url}/{story.slug}/"
    return {
        "id": story.id,
        "date": _local(published),
        "date_gmt": _gmt(published),
        "guid": {"rendered": f"{base_url}/?p={story.id}"},
        "modified": _local(modified),
        "modified_gmt": _gmt(modified),
        "slug": story.slug,
        "status": "publish",
        "type": "post",
        "link": link,
        "title": {"rendered": rendered(story.headline)},
        "content": {"rendered": _paragraphs(story.paragraphs), "protected": False},
        "excerpt": {"rendered": _excerpt(story), "protected": False},
        "author": terms.authors[story.byline],
        "featured_media": _media_id(story),
        "comment_status": "closed",
        "ping_status": "closed",
        "sticky": story.sticky,
        "template": "",
        "format": "standard",
        "meta": [],
        "categories": [terms.categories[path] for path in story.categories],
        "tags": [terms.tags[tag] for tag in story.tags],
        "_links": {
            "self": [{"href": f"{base_url}/wp-json/wp/v2/posts/{story.id}"}],
            "collection": [{"href": f"{base_url}/wp-json/wp/v2/posts"}],
        },
        "_embedded": _embedded(story, terms, base_url),
    }


def _embedded(story: SampleStory, terms: _Terms, base_url: str) -> Row:
    author = {"id": terms.authors[story.byline], "name": story.byline, "slug": _slug(story.byline)}
    row: Row = {"author": [author | {"link": f"{base_url}/author/{author['slug']}/"}]}
    if story.picture_forbidden:
        row["wp:featuredmedia"] = [FORBIDDEN]
    elif story.picture:
        row["wp:featuredmedia"] = [_media(story, base_url)]
    categories = [_category(path, terms, base_url) for path in story.categories]
    row["wp:term"] = [categories, [_tag(tag, terms, base_url) for tag in story.tags]]
    return row


def _media(story: SampleStory, base_url: str) -> Row:
    url = f"{base_url}/pictures/{story.picture}.png"
    file = f"{story.picture}.png"

    def size(width: int, query: str) -> Row:
        height = round(width * PICTURE_HEIGHT / PICTURE_WIDTH)
        facts: Row = {"file": file, "width": width, "height": height, "mime_type": "image/png"}
        return facts | {"source_url": url + query}

    sizes = {"medium": size(300, "?w=300"), "large": size(1024, "?w=1024")}
    return {
        "id": _media_id(story),
        "type": "attachment",
        "title": {"rendered": story.picture},
        "alt_text": story.alt,
        "media_type": "image",
        "mime_type": "image/png",
        "media_details": {
            "width": PICTURE_WIDTH,
            "height": PICTURE_HEIGHT,
            "file": file,
            "sizes": sizes | {"full": size(PICTURE_WIDTH, "")},
        },
        "source_url": url,
    }


def _media_id(story: SampleStory) -> int:
    return 10_000 + story.id if story.picture else 0


def _category(path: str, terms: _Terms, base_url: str) -> Row:
    return _term(path.rsplit(" > ", maxsplit=1)[-1], terms.categories[path], "category", base_url)


def _tag(tag: str, terms: _Terms, base_url: str) -> Row:
    return _term(tag, terms.tags[tag], "post_tag", base_url)


def _term(name: str, number: int, taxonomy: str, base_url: str) -> Row:
    slug = _slug(name)
    return {
        "id": number,
        "link": f"{base_url}/{taxonomy.removeprefix('post_')}/{slug}/",
        "name": name.replace("&", "&amp;"),
        "slug": slug,
        "taxonomy": taxonomy,
    }


def _excerpt(story: SampleStory) -> str:
    if story.standfirst:
        return _paragraphs((story.standfirst,))
    words = " ".join(story.body.split()[:EXCERPT_WORDS])
    return f"<p>{rendered(words)} [&hellip;]</p>\n"


def _paragraphs(texts: Iterable[str]) -> str:
    return "\n\n\n".join(f"<p>{rendered(text)}</p>\n" for text in texts)


def _with_parents(story: SampleStory) -> Iterable[str]:
    for path in story.categories:
        parts = path.split(" > ")
        yield from (" > ".join(parts[:depth]) for depth in range(1, len(parts) + 1))


def _numbered(names: Iterable[str], first: int) -> dict[str, int]:
    return {name: number for number, name in enumerate(sorted(set(names)), first)}


def _slug(name: str) -> str:
    return re.sub(r"[^\w]+", "-", name.lower()).strip("-")


def _local(moment: datetime) -> str:
    return moment.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M:%S")


def _gmt(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
