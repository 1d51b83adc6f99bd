"""A county paper of eight districts: regions made of places, categories and URL sections."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from digest.config.editions import region_views
from digest.config.places import Regions
from digest.config.rules import contradictions
from digest.curate import gazetteer, topics
from digest.curate.classify import Classifier, Rules
from digest.curate.home import with_towns
from digest.model import Authority
from tests.curate_classify.conftest import story

PAPER = tomllib.loads((Path(__file__).parent / "county.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def county() -> Classifier:
    views = region_views(Regions.model_validate(PAPER["regions"]))
    return Classifier(with_towns(gazetteer.load(), "IE"), topics.load(), views, Rules(), "IE")


@pytest.mark.parametrize("told", PAPER["stories"], ids=lambda told: told["headline"])
def test_the_district_of(county: Classifier, told: dict[str, Any]) -> None:
    fields = {key: told[key] for key in ("url",) if key in told}
    found = county.classify(
        story(
            told["headline"],
            told["text"],
            categories=tuple(told.get("categories", ())),
            **fields,
        )
    )
    if "regions" in told:
        assert list(found.regions) == told["regions"]
    assert set(told.get("also", ())) <= set(found.regions)
    assert not set(told.get("never", ())) & set(found.regions)
    if told.get("also"):
        assert found.regions[0] == told["also"][0]


def test_a_district_says_why(county: Classifier) -> None:
    found = county.classify(story("Fenit sails", "The fleet left Fenit. Tralee waved."))
    told = {row.value: row for row in found.evidence if row.about == "region"}
    assert told["tralee"].by is Authority.GAZETTEER
    assert told["tralee"].found == "Tralee: headline, 3 mentions"
    assert found.countries == ("IE",)


def test_a_rule_for_the_county_leaves_the_district_to_the_text(county: Classifier) -> None:
    found = county.classify(
        story("Council meets in Dingle", "The road was paved.", categories=("County",))
    )
    assert found.regions == ("kerry", "west-kerry")
    assert found.countries == ("IE",)


def test_the_paper_s_config_holds_together() -> None:
    assert contradictions(PAPER) == []


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"parent": "ker"}, "regions.views[0].parent"),
        ({"parent": "kerry"}, "regions.views[0].parent"),
        ({"countries": [], "places": [], "slug": "x"}, "regions.views[0]"),
    ],
)
def test_mistakes_in_a_region_are_named(change: dict[str, Any], key: str) -> None:
    view = {"slug": "kerry", "name": "Kerry", "countries": ["IE"], **change}
    raw = {"regions": {"home": "IE", "views": [view]}}
    assert key in [mistake.key for mistake in contradictions(raw)]


def test_places_need_a_home_unless_they_lie_abroad() -> None:
    view = {"slug": "south", "name": "South", "places": ["Tralee"]}
    assert contradictions({"regions": {"views": [view]}})
    view["places"] = ["Bavaria, DE"]
    assert contradictions({"regions": {"views": [view]}}) == []
