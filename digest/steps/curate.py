"""curate: say where each new story plays and what it is about. Editors' corrections go first."""

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta

from sqlalchemy.engine import Connection

from digest.curate.classify import Classifier
from digest.curate.correct import About, Correction
from digest.errors import NotFoundError
from digest.model import Classification, StoredStory, StoryId
from digest.steps.parts import Parts
from digest.store import corrections, stories
from digest.store.engine import reading, writing

#: no window reaches further back than a weekly edition's with a day to spare
REACH = timedelta(days=9)


def curate(parts: Parts) -> int:
    """Classify the stories that the present rules have not read; returns how many."""
    with reading(parts.engine) as connection:
        todo = stories.to_classify(
            connection, parts.classifier.fingerprint, parts.clock.now() - REACH
        )
    found = {stored.id: parts.classifier.classify(stored.story) for stored in todo}
    if found:
        with writing(parts.engine) as connection:
            _keep(connection, parts.classifier, found)
    return len(found)


def correct(
    parts: Parts, key: StoryId, chosen: Mapping[About, Collection[str]], who: str
) -> StoredStory:
    """Store what an editor decides about a story, for good; returns it as it reads now.

    Raises NotFoundError for an unknown story, region, country or topic.
    """
    for about, values in chosen.items():
        parts.classifier.check(about, values)
    now = parts.clock.now()
    with writing(parts.engine) as connection:
        stored = _get(connection, key)
        for about, values in chosen.items():
            given = Correction(about=about, chosen=tuple(values), by=who, at=now)
            corrections.keep(connection, key, given)
        return _anew(connection, parts.classifier, stored)


def forget(parts: Parts, key: StoryId, abouts: Iterable[About]) -> StoredStory:
    """Leave a story to the rules again. Raises NotFoundError."""
    with writing(parts.engine) as connection:
        stored = _get(connection, key)
        for about in abouts:
            corrections.forget(connection, key, about)
        return _anew(connection, parts.classifier, stored)


def unmapped(parts: Parts) -> dict[str, list[StoredStory]]:
    """Category that no rule knows → the recent stories filed under it, the commonest first."""
    with reading(parts.engine) as connection:
        # no rules have the fingerprint "": every recent story
        recent = stories.to_classify(connection, "", parts.clock.now() - REACH)
    names = parts.classifier.unmapped_categories([stored.story for stored in recent])
    return {
        name: [stored for stored in recent if name in stored.story.categories] for name in names
    }


def _get(connection: Connection, key: StoryId) -> StoredStory:
    stored = stories.get(connection, [key]).get(key)
    if stored is None:
        raise NotFoundError("there is no such story", story=key)
    return stored


def _anew(connection: Connection, classifier: Classifier, stored: StoredStory) -> StoredStory:
    _keep(connection, classifier, {stored.id: classifier.classify(stored.story)})
    return _get(connection, stored.id)


def _keep(
    connection: Connection, classifier: Classifier, found: Mapping[StoryId, Classification]
) -> None:
    """Store readings, then the corrected ones over them.

    In this order: the first write holds the rows, so that a correction made meanwhile is either
    read here or written after.
    """
    stories.classify(connection, found.items(), classifier.fingerprint)
    said = corrections.of(connection, found.keys())
    better = [(key, classifier.corrected(found[key], given)) for key, given in said.items()]
    stories.classify(connection, better, classifier.fingerprint)
