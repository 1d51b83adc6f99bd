"""A story of the sample newsroom, as its file in stories/ tells it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import yaml

#: the tag by which the site's editors pick a story
PICK_TAG = "editors-pick"
PICTURE_WIDTH, PICTURE_HEIGHT = 1200, 675


class Shape(StrEnum):
    """Which of the newsroom's three sources tells a story."""

    WIRE = "wire"
    SITE = "site"
    DESK = "desk"


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleStory:
    """One story. Texts are plain, without markup; stories/README.md explains each field."""

    slug: str
    id: int
    source: Shape
    #: how long before "now" it was published
    hours_ago: float
    headline: str
    body: str
    byline: str
    standfirst: str = ""
    #: the publisher's own, as paths: ``World > Africa``
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    #: name of a file in pictures/, without ``.png``
    picture: str = ""
    alt: str = ""
    #: WordPress answers with an error object in the picture's place
    picture_forbidden: bool = False
    language: str = "en"
    pick: bool = False
    sticky: bool = False
    #: the truth to measure a classifier against; never told by any of the sources
    expect_country: str
    expect_region: str
    expect_topic: str

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The body, paragraph by paragraph."""
        return tuple(self.body.split("\n\n"))

    @property
    def picked(self) -> bool:
        """Whether its source marks it as an editor's pick, in whatever way."""
        return self.pick or self.sticky or PICK_TAG in self.tags

    def published_at(self, now: datetime) -> datetime:
        """When it was published, seen from ``now``. Whole seconds."""
        return (now - timedelta(hours=self.hours_ago)).replace(microsecond=0)


@cache
def stories() -> tuple[SampleStory, ...]:
    """All stories, by id. Raises TypeError or ValueError for a file that is not a story."""
    folder = files("digest.sample") / "stories"
    found = (_read(file) for file in folder.iterdir() if _is_story(file.name))
    return tuple(sorted(found, key=lambda story: story.id))


def of(shape: Shape, now: datetime, held_back: float = 0) -> tuple[SampleStory, ...]:
    """The stories of one source, newest first, without those of the last ``held_back`` hours."""
    own = (story for story in stories() if story.source is shape and story.hours_ago >= held_back)
    return tuple(sorted(own, key=lambda story: (story.published_at(now), story.id), reverse=True))


def _is_story(name: str) -> bool:
    return name.endswith(".md") and name != "README.md"


def _read(file: Traversable) -> SampleStory:
    _, head, body = file.read_text(encoding="utf-8").split("---\n", 2)
    fields = yaml.safe_load(head)
    fields["source"] = Shape(fields["source"])
    for name in ("categories", "tags"):
        fields[name] = tuple(fields.get(name, ()))
    return SampleStory(slug=file.name.removesuffix(".md"), body=body.strip(), **fields)
