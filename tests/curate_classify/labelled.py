"""The labelled sets beside the repository, as stories with the answers that count as right."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from digest.model import ParsedStory
from tests.curate_classify.conftest import story
from tests.parts import SHARED_DATA

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """One story and what people say of it."""

    id: str
    story: ParsedStory
    #: acceptable answers, the first preferred; None: no country at all
    right: tuple[str | None, ...]
    #: countries that must not be given
    forbidden: frozenset[str] = frozenset()


def rows(path: str) -> Iterator[Row]:
    with (SHARED_DATA / path).open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)


def wikinews(field: str) -> list[Labelled]:
    """``field``: countries or topics."""
    texts = {row["id"]: row["body"] for row in rows("wikinews/articles.jsonl")}
    return [
        Labelled(id=row["id"], story=story(row["title"], texts[row["id"]]), right=tuple(row[field]))
        for row in rows("wikinews/gold.jsonl")
    ]


def region_hard() -> list[Labelled]:
    return [
        Labelled(
            id=row["id"],
            story=story(row["title"], row["body"]),
            right=tuple(row["countries"]),
            forbidden=frozenset(row["forbidden"]),
        )
        for row in rows("region-hard/dev.jsonl")
    ]


#: places of 1987, as the editors coded them
PLACES = {
    "usa": "US", "uk": "GB", "uae": "AE", "ussr": "RU", "west-germany": "DE", "congo": "CG",
    "kampuchea": "KH", "czechoslovakia": "CZ", "yugoslavia": "RS", "ivory-coast": "CI",
    "hong-kong": "HK",
}  # fmt: skip


def reuters(names: dict[str, str], *, dateline: bool = False) -> list[Labelled]:
    """All coded countries are right. ``names``: code → country. Title and body as they are;
    ``dateline`` puts the wire's own line (``LONDON, March 3 -``) before the body."""
    codes = {name.lower().replace(" ", "-"): code for code, name in names.items()} | PLACES
    found = []
    for row in rows("reuters21578/train3000.jsonl"):
        coded = tuple(codes[place] for place in row["places"] if place in codes)
        text = f"{row.get('dateline') or ''}\n{row['body']}" if dateline else row["body"]
        if coded:
            found.append(Labelled(id=row["id"], story=story(row["title"], text), right=coded))
    return found


#: BBC URL sections
SECTIONS = {
    "world-africa": "africa",
    "world-asia": "asia-pacific",
    "world-australia": "asia-pacific",
    "world-europe": "europe",
    "world-latin-america": "americas",
    "world-us-canada": "americas",
    "world-middle-east": "middle-east",
    "uk": "europe",
}


def sections() -> list[Labelled]:
    """Region by the section of the URL, which the classifier does not see."""
    found = []
    for path in ("masakhanews/eng_dev.jsonl", "masakhanews/eng_train50.jsonl"):
        for row in rows(path):
            named = re.search(r"/news/([a-z-]+?)-?\d+$", row.get("url") or "")
            for start, slug in SECTIONS.items() if named else ():
                if named and named[1].startswith(start):
                    told = story(row["title"], row["body"])
                    found.append(Labelled(id=row["id"], story=told, right=(slug,)))
                    break
    return found


TOPICS = {
    "entertainment": ("culture_entertainment",),
    "sport": ("sports",),
    "tech": ("technology",),
    "religion": ("society_lifestyle",),
    "scitech": ("technology", "science"),
}

#: what a publisher of the BBC's sections would write into its own rules
SECTION_TOPICS = {
    "/sport/": "sports",
    "/news/business": "business",
    "/news/entertainment-arts": "culture_entertainment",
    "/news/health": "health",
    "/news/technology": "technology",
    "/news/uk-politics": "politics",
    "/news/uk-northern-ireland-politics": "politics",
    "/news/uk-scotland-scotland-politics": "politics",
    "/news/uk-wales-politics": "politics",
}


def topics(path: str, language: str = "") -> list[Labelled]:
    """A set with other topics than our 12; any of ours may be the answer. With the story's
    address, which only a publisher's rules read."""
    return [
        Labelled(
            id=row["id"],
            story=story(
                row["title"], row.get("body", ""), language=language, url=row.get("url") or ""
            ),
            right=TOPICS.get(row["topic"], (row["topic"],)),
        )
        for row in rows(path)
    ]


Reader = Callable[[ParsedStory], str | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said of one story."""

    asked: Labelled
    said: str | None

    @property
    def is_right(self) -> bool:
        return self.said in self.asked.right


def ask(asked: list[Labelled], read: Reader) -> list[Answer]:
    return [Answer(one, read(one.story)) for one in asked]


def accuracy(answers: list[Answer]) -> float:
    return sum(one.is_right for one in answers) / len(answers)


def spread(answers: list[Answer], folds: int = 5) -> tuple[float, float]:
    """The worst and best accuracy over ``folds`` parts of the set, every fifth story each."""
    parts = [accuracy(answers[start::folds]) for start in range(folds)]
    return min(parts), max(parts)
