"""Whatever a site says, the text proposed for it is a config.toml that loads."""

import tomllib
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.config import Settings, load
from digest.survey.colours import Accent
from digest.survey.feeds import FeedSeen
from digest.survey.filing import Knowledge, file
from digest.survey.page import Box
from digest.survey.places import Where
from digest.survey.proposal import propose
from digest.survey.site import Kind, Survey
from digest.survey.terms import Term

SITE = Survey(
    url="https://post.example/", kind=Kind.FEED, source_url="https://post.example/rss", name="P"
)
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=60)
AWKWARD = [
    '"',
    "\\",
    "a\nb",
    "# no",
    "x = 1",
    "]]",
    "/news",
    "A > B",
    "\x00\x7f",
    "\ud800",
    "Asia\t",
    "''''",
]


def accepted(text: str) -> Settings:
    """``text`` as digest reads it."""
    with TemporaryDirectory() as folder:
        file_ = Path(folder) / "config.toml"
        file_.write_text(text, encoding="utf-8")
        return load(file_)


@given(
    st.lists(
        ANYTHING | st.sampled_from([*AWKWARD, "Asia", "Business", "World > Asia"]), max_size=12
    )
)
@settings(max_examples=150, deadline=None)
def test_any_category_name_makes_a_config(known: Knowledge, names: list[str]) -> None:
    terms = tuple(Term(name=name, path=f"World > {name}", count=3) for name in names)
    survey = replace(SITE, categories=terms, tags=terms, stories=9)
    tomllib.loads(propose(survey, file(terms, known)))


@given(name=ANYTHING, heading=ANYTHING, note=ANYTHING, tag=ANYTHING)
@settings(max_examples=20, deadline=None)
def test_any_text_of_a_site_makes_a_config(name: str, heading: str, note: str, tag: str) -> None:
    survey = replace(
        SITE,
        name=name,
        tagline=name,
        notes=(note,),
        boxes=(Box(heading, 2), Box(note, 3)),
        other_languages={tag: "https://post.example/x"},
        feeds=(FeedSeen(url="https://post.example/2", title=heading, entries=3),),
    )
    loaded = accepted(propose(survey, ()))
    assert loaded.sources[0].url == SITE.source_url


@pytest.mark.parametrize("name", AWKWARD)
def test_a_comment_taken_up_is_still_a_config(known: Knowledge, name: str) -> None:
    terms = (Term(name=name, path=name, count=3),)
    text = propose(SITE, file(terms, known))
    tomllib.loads(text.replace('# "', '"'))


def test_the_whole_proposal(known: Knowledge) -> None:
    terms = [
        ("World > Africa", 40), ("Kenya", 30), ("Georgia", 5), ("Business", 20), ("Opinion", 4),
        ("Editors’ Picks", 6), ("/blogs", 2), ("World", 50), ("Asia > Health", 1),
    ]  # fmt: skip
    categories = tuple(
        Term(name=path.rpartition(" > ")[2], path=path, count=count) for path, count in terms
    )
    survey = Survey(
        url="https://post.example/",
        kind=Kind.WORDPRESS,
        source_url="https://post.example/",
        name="The Post",
        tagline="Tides",
        language="en-ke",
        place=Where(zone="Africa/Nairobi", zone_sure=True, country="KE", country_sure=True),
        logo="https://post.example/logo.png",
        accent=Accent("#aa0022", "#ff8899"),
        stories=100,
        stickies=2,
        categories=categories,
        tags=(
            Term(name="Featured", path="Featured", slug="featured", count=90),
            Term(name="Editor’s pick", path="Editor’s pick", slug="editors-pick", count=9),
        ),
        boxes=(Box("Editors’ Picks", 4),),
    )
    text = propose(survey, file(categories, known), ["10.1.0.0/16"])
    settings_ = accepted(text)
    (source,) = settings_.sources
    assert (source.kind, source.zone, source.language) == ("wordpress", "Africa/Nairobi", "en-ke")
    assert (source.pick_tags, source.pick_categories) == (("editors-pick",), ("editors-picks",))
    assert settings_.regions.home == "KE"
    assert settings_.regions.rules == {"Africa": "africa", "Kenya": "KE"}
    assert settings_.topics.rules == {
        "World": "", "Business": "business", "Editors’ Picks": "", "Health": "health",
    }  # fmt: skip
    assert '# "Georgia" = "GE"' in text
    assert "5 stories" in text
    assert '# "Opinion" = ""' in text
    assert '# pick_tags = ["editors-pick", "featured"]' in text
    assert '# heading = "Editors’ Picks"' in text
    assert [str(network) for network in settings_.gather.allow_private] == ["10.1.0.0/16"]
    (edition,) = settings_.editions
    assert [section.take.value for section in edition.sections] == ["picks", "region", "latest"]


def test_a_site_of_topics_gets_sections_by_topic(known: Knowledge) -> None:
    categories = (
        Term(name="Sport", path="Sport", count=50),
        Term(name="Africa", path="Africa", count=3),
    )
    loaded = accepted(propose(SITE, file(categories, known)))
    assert [one.take.value for one in loaded.editions[0].sections] == ["picks", "topic", "latest"]


def test_a_silent_site_still_makes_a_config() -> None:
    loaded = accepted(propose(replace(SITE, name=""), ()))
    assert loaded.newsroom.name == "Our newsroom"
    assert loaded.editions[0].zone == "UTC"
    assert loaded.regions.home is None
