"""Sets of stories that are one copy, are shown as one, or tell of one event. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TypeAlias

from digest.curate.copies import copies
from digest.curate.events import events
from digest.curate.similarity import Text
from digest.model import DateGrade, StoredStory, StoryId

#: a story without a trustworthy date is taken to be this much older than when we first saw it
UNDATED_AGE = timedelta(hours=6)

_Pairs: TypeAlias = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What a story is told together with; each by its lowest id. ``event`` holds ``fold``."""

    copy: StoryId
    fold: StoryId
    event: StoryId


def group(
    stories: Sequence[StoredStory],
    joined: Collection[tuple[StoryId, StoryId]] = (),
    split: Collection[tuple[StoryId, StoryId]] = (),
) -> Mapping[StoryId, Group]:
    """Group ``stories``. ``joined`` and ``split`` are what editors decided about two of them."""
    ordered = sorted(stories, key=lambda one: one.id)
    place = {stored.id: index for index, stored in enumerate(ordered)}
    texts = tuple(_text(stored) for stored in ordered)
    found = _grouped(texts, _places(joined, place), _places(split, place))
    return {
        stored.id: Group(copy=ordered[copy].id, fold=ordered[fold].id, event=ordered[event].id)
        for stored, (copy, fold, event) in zip(ordered, found, strict=True)
    }


def moment(stored: StoredStory) -> datetime:
    """When the story counts as published: its own word only as far as it can be trusted."""
    published = stored.story.published_at
    if published is None or stored.story.date_grade in {DateGrade.DAY_ONLY, DateGrade.NONE}:
        return stored.first_seen_at - UNDATED_AGE
    # A date in the future would keep a story on top for ever.
    return min(published, stored.first_seen_at)


# The next issues of several editions, composed anew every minute, mostly ask about the same.
@lru_cache(maxsize=8)
def _grouped(
    texts: tuple[Text, ...], joined: _Pairs, split: _Pairs
) -> tuple[tuple[int, int, int], ...]:
    copied = _lowest(copies(texts))
    parted = set(split)
    # An editor who says that two copies differ parts the later one from all.
    for one, other in split:
        if copied[one] == copied[other]:
            copied[max(one, other)] = max(one, other)
    pairs = [(first, one) for one, first in enumerate(copied) if (first, one) not in parted]
    found = events(texts, together=[*pairs, *joined], apart=split)
    return tuple(zip(copied, found.fold, found.event, strict=True))


def _lowest(roots: Sequence[int]) -> list[int]:
    """The same sets, each named by its lowest member."""
    lowest: dict[int, int] = {}
    for index, root in enumerate(roots):
        lowest.setdefault(root, index)
    return [lowest[root] for root in roots]


def _places(pairs: Iterable[tuple[StoryId, StoryId]], place: Mapping[StoryId, int]) -> _Pairs:
    known = [pair for pair in pairs if pair[0] in place and pair[1] in place]
    return tuple(
        sorted((min(place[one], place[two]), max(place[one], place[two])) for one, two in known)
    )


def _text(stored: StoredStory) -> Text:
    story = stored.story
    body = story.text if len(story.text) > len(story.standfirst) else story.standfirst
    return Text(title=story.headline, body=body, at=moment(stored))
