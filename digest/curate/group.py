"""Sets of stories that are one copy, are shown as one, or tell of one event. Pure."""

from collections import OrderedDict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from digest.curate.copies import copies
from digest.curate.events import events
from digest.curate.similarity import Text
from digest.model import DateGrade, StoredStory, StoryId

#: a story without a trustworthy date is taken to be this much older than when we first saw it
UNDATED_AGE = timedelta(hours=6)

#: answers that are remembered: a few words a story each
_KEPT = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What a story is told together with; each by its lowest id. ``event`` holds ``fold``."""

    copy: StoryId
    fold: StoryId
    event: StoryId


class Grouper:
    """Groups stories, and remembers its last answers.

    The next issues of several editions, composed anew every minute, mostly ask about the same.
    Safe to share between threads.
    """

    def __init__(self) -> None:
        self._answers: OrderedDict[Hashable, Mapping[StoryId, Group]] = OrderedDict()
        self._lock = Lock()

    def group(
        self,
        stories: Sequence[StoredStory],
        joined: Collection[tuple[StoryId, StoryId]] = (),
        split: Collection[tuple[StoryId, StoryId]] = (),
    ) -> Mapping[StoryId, Group]:
        """As ``group``. A story's id and version stand for all that it says."""
        asked = frozenset((one.id, one.version) for one in stories)
        key = asked, frozenset(joined), frozenset(split)
        with self._lock:
            found = self._answers.get(key)
            if found is None:
                found = self._answers[key] = group(stories, joined, split)
            self._answers.move_to_end(key)
            if len(self._answers) > _KEPT:
                self._answers.popitem(last=False)
        return found


def group(
    stories: Sequence[StoredStory],
    joined: Collection[tuple[StoryId, StoryId]] = (),
    split: Collection[tuple[StoryId, StoryId]] = (),
) -> Mapping[StoryId, Group]:
    """Group ``stories``. ``joined`` and ``split`` are what editors decided about two of them."""
    ordered = sorted(stories, key=lambda one: one.id)
    place = {stored.id: index for index, stored in enumerate(ordered)}
    parted = _places(split, place)
    texts = [_text(stored) for stored in ordered]
    copied = _copied(texts, parted)
    pairs = [(first, one) for one, first in enumerate(copied) if (first, one) not in parted]
    found = events(texts, together=[*pairs, *_places(joined, place)], apart=parted)
    return {
        stored.id: Group(copy=ordered[copy].id, fold=ordered[fold].id, event=ordered[event].id)
        for stored, copy, fold, event in zip(ordered, copied, found.fold, found.event, strict=True)
    }


def moment(stored: StoredStory) -> datetime:
    """When the story counts as published: its own word only as far as it can be trusted."""
    published = stored.story.published_at
    if published is None or stored.story.date_grade in {DateGrade.DAY_ONLY, DateGrade.NONE}:
        return stored.first_seen_at - UNDATED_AGE
    # A date in the future would keep a story on top for ever.
    return min(published, stored.first_seen_at)


def _copied(texts: Sequence[Text], parted: Iterable[tuple[int, int]]) -> list[int]:
    """For each text the lowest index of its copies."""
    copied = _lowest(copies(texts))
    # An editor who says that two copies differ parts the later one from all.
    for one, other in parted:
        if copied[one] == copied[other]:
            copied[other] = other
    return copied


def _lowest(roots: Sequence[int]) -> list[int]:
    """The same sets, each named by its lowest member."""
    lowest: dict[int, int] = {}
    for index, root in enumerate(roots):
        lowest.setdefault(root, index)
    return [lowest[root] for root in roots]


def _places(
    pairs: Iterable[tuple[StoryId, StoryId]], place: Mapping[StoryId, int]
) -> list[tuple[int, int]]:
    """The places of the pairs whose stories are both here, the lower first, in order."""
    known = [pair for pair in pairs if pair[0] in place and pair[1] in place]
    return sorted((min(place[one], place[two]), max(place[one], place[two])) for one, two in known)


def _text(stored: StoredStory) -> Text:
    story = stored.story
    body = story.text if len(story.text) > len(story.standfirst) else story.standfirst
    return Text(title=story.headline, body=body, at=moment(stored))
