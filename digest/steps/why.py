"""Why a story is in the next issue of an edition, or why it is not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection

from digest.curate.fill import Filler
from digest.curate.lifecycle import fills
from digest.curate.reasons import in_pool
from digest.errors import NotFoundError
from digest.model import Edition, Issue, StoredStory, StoryId, StoryState
from digest.steps import compose, editions
from digest.steps.parts import Parts
from digest.steps.pool import Pool, pool
from digest.store import added, stories, windows
from digest.store.engine import reading
from digest.store.windows import SeenReason

_TOLD = {
    SeenReason.SENT: "sent in issue {}",
    SeenReason.SKIPPED: "covered by issue {}, which was skipped for good",
    SeenReason.FIRST_GATHER: "old news when its source was first read",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """A story and what speaks for or against it, for a person."""

    story: StoryId
    headline: str
    #: the section it stands in; empty: it is not in the issue
    section: str
    reasons: tuple[str, ...]


def why(parts: Parts, issue: Issue, key: StoryId) -> Why:
    """Why ``issue`` holds the story, or does not. Raises NotFoundError for an unknown story."""
    now = parts.clock.now()
    draft = compose.draft(parts, issue)
    with reading(parts.engine) as connection:
        edition = editions.shown(connection, parts, issue.edition, draft.hand)
    filler = Filler(edition.sections, draft.pool, draft.hand.placed)
    filled = filler.filled()
    standing = next((one for one in filled if key in one.stories), None)
    with reading(parts.engine) as connection:
        stored = stories.get(connection, [key]).get(key)
        if stored is None:
            raise NotFoundError("there is no such story", story=key)
        if key in filler.pool:
            told = tuple(in_pool(edition.sections, filler, filled, key))
        else:
            after = issue.window_from or compose.window_start(connection, edition, issue, now)
            span = (after, now if fills(issue) else issue.window_to or now)
            made = pool(connection, parts, edition, span)
            told = tuple(_outside(connection, edition, stored, made, span)) or (
                "it came after the issue was approved or locked",
            )
    return Why(
        story=key,
        headline=stored.story.headline,
        section=standing.section.slug if standing else "",
        reasons=told,
    )


def _outside(
    connection: Connection,
    edition: Edition,
    stored: StoredStory,
    made: Pool,
    span: tuple[datetime, datetime],
) -> Iterator[str]:
    """Why a story is not even in the pool."""
    key = stored.id
    state = stories.state_of(connection, key)
    if state is not StoryState.LIVE:
        yield f"its publisher says it is {state.value}"
    carriers = stories.carriers_of(connection, key)
    if not carriers & {*edition.sources, *added.carriers(edition.slug)}:
        yield f"{edition.slug} reads none of its sources ({', '.join(sorted(carriers))})"
    seen = windows.seen_by(connection, edition.slug, key)
    if seen is not None:
        yield _TOLD[seen.reason].format(seen.issue)
        if key in made.same_as_sent:
            yield "it changed since, but too little to be sent again"
    elif key in made.sent_as:
        yield f"a copy of story {made.sent_as[key]}, which was sent"
    elif stored.first_seen_at <= span[0]:
        yield f"first seen {stored.first_seen_at:%Y-%m-%d %H:%M}, before the window of this issue"
    for candidate in made.candidates:
        if key in candidate.copies:
            yield f"a copy of story {candidate.stored.id}, which stands for it"
