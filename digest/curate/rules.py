"""The publisher's rules: what their own categories, tags and URL sections mean."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from digest.model import ParsedStory

_PARTS = re.compile(r"\s*[>›»]\s*")
_SPACES = re.compile(r"[\s_-]+")
#: rule values that say: this category means nothing here
_NOTHING = frozenset({"", "none"})


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one rule said of a story."""

    #: the region slug, country code or topic
    value: str
    #: the rule's key as the publisher wrote it
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Two mappings from a category to a region slug or country code, and to a topic.

    A key is a category path (``World > Asia``), one segment of such a path, a tag, a folder of
    the URL's path, or, with a slash first, the beginning of the URL's path (``/news/africa``).
    Upper and lower case, hyphens and spaces are the same. The most specific key wins: more
    segments before fewer, the deeper segment before the shallower. A value of ``""`` or
    ``none``: the category is known and says nothing.
    """

    regions: Mapping[str, str] = field(default_factory=dict)
    topics: Mapping[str, str] = field(default_factory=dict)


class RuleBook:
    """One of the two mappings, ready to ask."""

    def __init__(self, rules: Mapping[str, str]) -> None:
        self._rules = {
            _path(key): Ruling("" if value.lower() in _NOTHING else value, key)
            for key, value in rules.items()
            if not key.startswith("/")
        }
        self._urls = sorted(
            ((key.lower(), Ruling(value, key)) for key, value in rules.items() if key[:1] == "/"),
            key=lambda row: -len(row[0]),
        )

    def rulings(self, story: ParsedStory) -> list[Ruling]:
        """What the rules say, in the story's order; empty where they say nothing.

        Categories are asked first, then tags, then the URL: the first of these that says
        something decides.
        """
        for names in (story.categories, story.tags):
            found = [ruling for name in names if (ruling := self.of(name)) and ruling.value]
            if found:
                return list({ruling.value: ruling for ruling in found}.values())
        ruling = self._of_url(story.url)
        return [ruling] if ruling and ruling.value else []

    def of(self, category: str) -> Ruling | None:
        """The most specific rule for one category path or tag, also if it means nothing."""
        path = _path(category)
        for size in range(len(path), 0, -1):
            for start in range(len(path) - size, -1, -1):
                ruling = self._rules.get(path[start : start + size])
                if ruling is not None:
                    return ruling
        return None

    def _of_url(self, url: str) -> Ruling | None:
        path = urlsplit(url).path.lower()
        for beginning, ruling in self._urls:
            if path.startswith(beginning):
                return ruling
        folders = " > ".join(part for part in path.split("/")[:-1] if part)
        return self.of(folders) if folders else None


def unmapped_categories(stories: Iterable[ParsedStory], books: Iterable[RuleBook]) -> Counter[str]:
    """Category → how many stories have it, for categories that no rule knows."""
    asked = tuple(books)
    return Counter(
        category
        for story in stories
        for category in _unique(story.categories)
        if not any(book.of(category) for book in asked)
    )


def labels_of(story: ParsedStory) -> list[str]:
    """The segments of a story's categories, and its tags, each once, as written."""
    parts = [part for category in story.categories for part in _PARTS.split(category)]
    return list(_unique([*parts, *story.tags]))


def _unique(names: Iterable[str]) -> Iterator[str]:
    yield from dict.fromkeys(names)


def _path(category: str) -> tuple[str, ...]:
    """``World > Middle-East`` as ``("world", "middle east")``."""
    parts = (_SPACES.sub(" ", part).strip().casefold() for part in _PARTS.split(category))
    return tuple(part for part in parts if part)
