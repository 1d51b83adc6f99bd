"""Ranks the stories an issue may use: a plain score whose every term can be shown. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from digest.model import Candidate, DateGrade, PickOrigin, StoredStory, StoryId

#: a story is worth half as much after this time
HALF_LIFE = timedelta(hours=12)
#: a story without a trustworthy date is taken to be this much older than when we first saw it
UNDATED_AGE = timedelta(hours=6)
IMAGE = 0.2
PICKS = {
    PickOrigin.STICKY: 2.0,
    PickOrigin.DESK: 2.0,
    PickOrigin.CATEGORY: 1.5,
    PickOrigin.TAG: 1.5,
    PickOrigin.PAGE_BOX: 1.5,
    PickOrigin.FRONT_MATTER: 1.5,
}


def rank(
    stories: Iterable[StoredStory], picks: Mapping[StoryId, PickOrigin], now: datetime
) -> tuple[Candidate, ...]:
    """The stories, best first. The same input gives the same order, to the last tie."""
    candidates = [_candidate(stored, picks.get(stored.id), now) for stored in stories]
    return tuple(
        sorted(
            candidates,
            key=lambda one: (-one.score, -_moment(one.stored).timestamp(), one.stored.id),
        )
    )


def _candidate(stored: StoredStory, pick: PickOrigin | None, now: datetime) -> Candidate:
    age = max(now - _moment(stored), timedelta(0))
    terms = {"fresh": round(0.5 ** (age / HALF_LIFE), 4)}
    if stored.story.image is not None:
        terms["image"] = IMAGE
    if pick is not None:
        terms["pick"] = PICKS[pick]
    return Candidate(stored=stored, score=round(sum(terms.values()), 4), terms=terms, pick=pick)


def _moment(stored: StoredStory) -> datetime:
    """When the story counts as published: its own word only as far as it can be trusted."""
    unsure = stored.first_seen_at - UNDATED_AGE
    published = stored.story.published_at
    if published is None or stored.story.date_grade in {DateGrade.DAY_ONLY, DateGrade.NONE}:
        return unsure
    # A date in the future would keep a story on top for ever.
    return min(published, stored.first_seen_at)
