"""curate: say where each new story plays and what it is about."""

from datetime import timedelta

from digest.steps.parts import Parts
from digest.store import stories
from digest.store.engine import reading, writing

#: no window reaches further back than a weekly edition's with a day to spare
REACH = timedelta(days=9)


def curate(parts: Parts) -> int:
    """Classify the stories that the present rules have not read; returns how many."""
    fingerprint = parts.classifier.fingerprint
    since = parts.clock.now() - REACH
    with reading(parts.engine) as connection:
        todo = stories.to_classify(connection, fingerprint, since)
    found = [(stored.id, parts.classifier.classify(stored.story)) for stored in todo]
    if found:
        with writing(parts.engine) as connection:
            stories.classify(connection, found, fingerprint)
    return len(found)
