"""The wire, read back by feedparser."""

from html import unescape
from pathlib import Path
from typing import Any

import feedparser
import pytest

from digest.sample import Shape, pictures, stories
from tests.sample.conftest import BASE, NOW

WIRE = {story.slug: story for story in stories() if story.source is Shape.WIRE}


@pytest.fixture(scope="module")
def entries(newsroom: Path) -> dict[str, Any]:
    parsed = feedparser.parse((newsroom / "wire/feed.xml").read_bytes(), sanitize_html=False)
    assert not parsed.bozo
    return {entry.link.removeprefix(f"{BASE}/").rstrip("/"): entry for entry in parsed.entries}


def test_every_title_comes_back_as_written(entries: dict[str, Any]) -> None:
    assert {slug: entry.title for slug, entry in entries.items()} == {
        slug: story.headline for slug, story in WIRE.items()
    }


def test_facts_come_back(entries: dict[str, Any]) -> None:
    for slug, story in WIRE.items():
        entry = entries[slug]
        assert entry.id == f"meridian-wire-{story.id}"
        assert not entry.guidislink
        assert entry.author == story.byline
        assert unescape(entry.summary) == story.standfirst
        assert {tag.term for tag in entry.tags} == {*story.categories, *story.tags}
        assert entry.published_parsed[:6] == story.published_at(NOW).utctimetuple()[:6]
        assert entry.content[0].value.count("<p>") == len(story.paragraphs)


def test_newest_first(newsroom: Path) -> None:
    parsed = feedparser.parse((newsroom / "wire/feed.xml").read_bytes())
    dates = [entry.published_parsed for entry in parsed.entries]
    assert dates == sorted(dates, reverse=True)


def test_pictures_come_with_alt_text_or_as_an_enclosure(entries: dict[str, Any]) -> None:
    enclosures = 0
    for slug, story in WIRE.items():
        entry, url = entries[slug], f"{BASE}/pictures/{story.picture}.png"
        if entry.enclosures:
            (enclosure,) = entry.enclosures
            enclosures += 1
            assert enclosure.href == url
            size = len((pictures() / f"{story.picture}.png").read_bytes())
            assert int(enclosure.length) == size
        elif story.picture:
            assert entry.media_content[0]["url"] == url
            assert entry.media_content[0]["width"] == "1200"
            assert f'alt="{story.alt}"' in entry.content[0].value
        else:
            assert "media_content" not in entry
    assert enclosures >= 1


def test_alt_texts_are_in_the_feed(newsroom: Path) -> None:
    text = (newsroom / "wire/feed.xml").read_text(encoding="utf-8")
    for story in WIRE.values():
        if story.picture and story.id % 5:
            assert f'<media:description type="plain">{story.alt}</media:description>' in text
