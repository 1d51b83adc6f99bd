"""The WordPress export: the shape of the REST API, and every text recoverable."""

import json
import re
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from digest.sample import Shape, stories
from tests.sample.conftest import BASE, NOW

SITE = {story.id: story for story in stories() if story.source is Shape.SITE}
Row = dict[str, Any]


def _rows(newsroom: Path, name: str) -> list[Row]:
    rows: list[Row] = json.loads((newsroom / "site" / f"{name}.json").read_bytes())
    return rows


@pytest.fixture(scope="module")
def posts(newsroom: Path) -> dict[int, Row]:
    return {post["id"]: post for post in _rows(newsroom, "posts")}


def test_texts_come_back_as_written(posts: dict[int, Row]) -> None:
    assert set(posts) == set(SITE)
    for number, story in SITE.items():
        post = posts[number]
        assert unescape(post["title"]["rendered"]) == story.headline
        text = re.sub(r"</?p>", "", post["content"]["rendered"])
        assert unescape(text).split() == story.body.split()
        assert post["content"]["protected"] is False
        assert post["link"] == f"{BASE}/{story.slug}/"
        assert post["guid"]["rendered"] == f"{BASE}/?p={number}"
        assert post["sticky"] is story.sticky


def test_titles_carry_numeric_entities_and_no_markup(posts: dict[int, Row]) -> None:
    assert "Turkana&#8217;s" in posts[201]["title"]["rendered"]
    assert "&lt;b&gt; and {{ name }}" in posts[218]["title"]["rendered"]
    assert "&#038;" in posts[218]["title"]["rendered"]
    assert not any("<" in post["title"]["rendered"] for post in posts.values())


def test_an_excerpt_is_handwritten_or_cut(posts: dict[int, Row]) -> None:
    cut = 0
    for number, story in SITE.items():
        excerpt = posts[number]["excerpt"]["rendered"]
        if story.standfirst:
            assert unescape(excerpt).strip() == f"<p>{story.standfirst}</p>"
        else:
            cut += 1
            assert excerpt.endswith(" [&hellip;]</p>\n")
            assert len(excerpt.split()) == 56
    assert cut >= 2


def test_dates_are_in_london_and_in_utc(posts: dict[int, Row]) -> None:
    for number, story in SITE.items():
        post = posts[number]
        in_utc = datetime.fromisoformat(post["date_gmt"] + "+00:00")
        assert in_utc == story.published_at(NOW)
        assert datetime.fromisoformat(post["date"] + "+01:00") == in_utc
        assert post["modified_gmt"] >= post["date_gmt"]
        assert datetime.fromisoformat(post["modified_gmt"] + "+00:00") <= NOW


def test_terms_are_numbered_and_nested(newsroom: Path, posts: dict[int, Row]) -> None:
    categories = {row["id"]: row for row in _rows(newsroom, "categories")}
    tags = {row["id"]: row for row in _rows(newsroom, "tags")}

    def path(number: int) -> str:
        row = categories[number]
        return (path(row["parent"]) + " > " if row["parent"] else "") + unescape(row["name"])

    for number, story in SITE.items():
        post = posts[number]
        assert tuple(path(term) for term in post["categories"]) == story.categories
        assert tuple(unescape(tags[term]["name"]) for term in post["tags"]) == story.tags
        embedded = post["_embedded"]["wp:term"]
        assert [[term["id"] for term in terms] for terms in embedded] == [
            post["categories"],
            post["tags"],
        ]
    assert any(path(number).count(" > ") == 2 for number in categories)
    assert "R&amp;D" in {row["name"] for row in tags.values()}
    for row in [*categories.values(), *tags.values()]:
        users = [p for p in posts.values() if row["id"] in p["categories"] + p["tags"]]
        assert row["count"] == len(users)


def test_featured_media_is_a_picture_or_an_error(posts: dict[int, Row]) -> None:
    errors = 0
    for number, story in SITE.items():
        post = posts[number]
        media = post["_embedded"].get("wp:featuredmedia", [None])[0]
        assert bool(post["featured_media"]) == bool(story.picture)
        if story.picture_forbidden:
            errors += 1
            assert media["code"] == "rest_forbidden"
        elif story.picture:
            assert media["alt_text"] == story.alt
            assert media["source_url"] == f"{BASE}/pictures/{story.picture}.png"
            assert (media["media_details"]["width"], media["media_details"]["height"]) == (
                1200,
                675,
            )
            assert media["media_details"]["sizes"]["full"]["source_url"] == media["source_url"]
        else:
            assert media is None
    assert errors == 1


def test_authors_are_embedded(posts: dict[int, Row]) -> None:
    for number, story in SITE.items():
        (author,) = posts[number]["_embedded"]["author"]
        assert author["name"] == story.byline
        assert author["id"] == posts[number]["author"]
