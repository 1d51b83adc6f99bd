"""The real data, read once."""

from collections.abc import Callable

import pytest

from digest.curate import gazetteer, regions, topics
from digest.curate.classify import Classifier, Rules
from digest.curate.home import with_towns
from digest.model import ParsedStory


@pytest.fixture(scope="session")
def places() -> gazetteer.Gazetteer:
    return gazetteer.load()


@pytest.fixture(scope="session")
def lexicon() -> topics.Lexicon:
    return topics.load()


@pytest.fixture(scope="session")
def views(places: gazetteer.Gazetteer) -> tuple[regions.RegionView, ...]:
    return regions.views("newsroom", (), places)


MakeClassifier = Callable[..., Classifier]


@pytest.fixture(scope="session")
def classifier(
    places: gazetteer.Gazetteer,
    lexicon: topics.Lexicon,
    views: tuple[regions.RegionView, ...],
) -> MakeClassifier:
    def make(rules: Rules | None = None, home: str | None = None) -> Classifier:
        known = with_towns(places, home) if home else places
        return Classifier(known, lexicon, views, rules or Rules(), home)

    return make


def story(headline: str, text: str = "", **fields: object) -> ParsedStory:
    """A story with the least that a source says."""
    given = {"aliases": (), "url": "https://paper.example/2026/11/a-story", **fields}
    return ParsedStory(headline=headline, text=text, **given)  # type: ignore[arg-type]  # test data
