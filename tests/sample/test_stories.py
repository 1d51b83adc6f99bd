"""The source of truth: enough of everything, and each story in order."""

import struct
from collections import Counter

import pytest

from digest.model import TOPICS
from digest.sample import SampleStory, Shape, pictures, stories

REGIONS = {"africa", "americas", "asia-pacific", "europe", "middle-east"}


def test_there_are_about_sixty_in_three_even_shares() -> None:
    assert 55 <= len(stories()) <= 65
    shares = Counter(story.source for story in stories())
    assert set(shares) == set(Shape)
    assert all(18 <= share <= 23 for share in shares.values())


def test_every_region_and_topic_is_covered() -> None:
    regions = Counter(story.expect_region for story in stories())
    topics = Counter(story.expect_topic for story in stories())
    assert set(regions) == REGIONS
    assert min(regions.values()) >= 8
    assert set(topics) == set(TOPICS)
    assert min(topics.values()) >= 4


def test_the_africa_brief_can_be_filled() -> None:
    africa = [story for story in stories() if story.expect_region == "africa"]
    assert sum(story.expect_topic == "business" for story in africa) >= 3
    assert len(africa) >= 11


def test_ids_slugs_and_headlines_are_their_own() -> None:
    for names in (
        [story.id for story in stories()],
        [story.slug for story in stories()],
        [story.headline for story in stories()],
    ):
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.slug)
def test_a_story_is_complete(story: SampleStory) -> None:
    assert 60 <= len(story.body.split()) <= 150
    assert 2 <= len(story.paragraphs) <= 4
    assert 0.5 <= story.hours_ago <= 40
    assert story.byline
    assert story.standfirst or story.source is Shape.SITE
    assert bool(story.picture) == bool(story.alt)
    assert story.slug.isascii()
    assert not story.sticky or story.source is Shape.SITE
    assert not story.pick or story.source is Shape.DESK


def test_most_are_young_enough_for_a_first_issue() -> None:
    assert sum(story.hours_ago < 24 for story in stories()) >= 50


def test_about_three_in_five_have_a_picture() -> None:
    share = sum(bool(story.picture) for story in stories()) / len(stories())
    assert 0.55 <= share <= 0.68


def test_the_pictures_are_there_and_small() -> None:
    wanted = {f"{story.picture}.png" for story in stories() if story.picture}
    files = {file.name: file.read_bytes() for file in pictures().iterdir()}
    assert set(files) == wanted | {"logo.png"}
    for name in wanted:
        assert _png_size(files[name]) == (1200, 675)
    assert _png_size(files["logo.png"]) == (480, 96)
    assert sum(map(len, files.values())) < 1_500_000


def _png_size(data: bytes) -> tuple[int, int]:
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def test_picks_come_in_every_way_a_source_can_say_it() -> None:
    assert sum(story.sticky for story in stories()) == 2
    assert sum("editors-pick" in story.tags for story in stories()) >= 3
    assert sum(story.pick for story in stories()) >= 3
    assert all(story.source is not Shape.WIRE for story in stories() if story.picked)


def test_some_categories_say_nothing() -> None:
    silent = {"News", "Features", "Top stories"}
    assert sum(set(story.categories) <= silent for story in stories()) >= 10


def test_awkward_headlines_are_among_them() -> None:
    headlines = {story.id: story.headline for story in stories()}
    assert headlines[105].startswith("AT&T & Café d’Or")
    assert "<b> and {{ name }}" in headlines[218]
    assert "👩🏽\u200d🚒" in headlines[213]
    assert "❤\ufe0f" in headlines[213]
    assert headlines[206].startswith("‘")
    assert headlines[312].startswith("“")
    assert max(map(len, headlines.values())) > 250
    assert {story.language for story in stories()} == {"en", "hi", "ar"}


def test_one_event_is_told_twice_in_different_words() -> None:
    wire, site = (next(story for story in stories() if story.id == number) for number in (102, 202))
    assert (wire.source, site.source) == (Shape.WIRE, Shape.SITE)
    assert (wire.expect_country, site.expect_country) == ("TZ", "TZ")
    one, other = (set(story.body.lower().split()) for story in (wire, site))
    assert 0.4 < len(one & other) / len(one | other) < 0.9
