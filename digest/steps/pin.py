"""pin: an editor places a story in an edition's next issue, for its section or for everyone."""

from collections.abc import Sequence

from sqlalchemy.engine import Connection

from digest.curate.lifecycle import fills
from digest.errors import NotFoundError, WrongStateError
from digest.model import Edition, Issue, Section, Slot, SlotMode, StoryId, Take
from digest.steps import compose
from digest.steps.parts import Parts
from digest.store import drafts, issues, slots, stories
from digest.store.engine import reading, writing

REASONS = {
    SlotMode.PINNED: "an editor placed it",
    SlotMode.EVERYONE: "an editor placed it, for every reader",
}


def planned(edition: Edition, story: StoryId, section: str, place: int, *, everyone: bool) -> Slot:
    """The slot that ``pin`` would write: ``place`` counts from 1. Raises NotFoundError.

    Without a ``section`` the first for editors' picks is meant, or else the edition's first. A
    section for segments holds nothing for everyone: raises WrongStateError.
    """
    chosen = _section(edition, section, open_to_all=everyone)
    if everyone and chosen.segments:
        raise WrongStateError(
            f"the section {chosen.slug} is for segments only",
            hint="choose a section that every reader may see",
        )
    mode = SlotMode.EVERYONE if everyone else SlotMode.PINNED
    return Slot(
        section=chosen.slug, position=place - 1, story=story, mode=mode, reason=REASONS[mode]
    )


def pin(parts: Parts, edition: Edition, slot: Slot, who: str) -> Issue:
    """Place ``slot`` in the edition's next issue, and fill the rest around it.

    Raises NotFoundError for a story that is not there or held back by its publisher, and
    WrongStateError where the next issue stands still already.
    """
    with reading(parts.engine) as connection:
        if not stories.get(connection, [slot.story], live=True):
            raise NotFoundError("there is no such story, or it is held back", story=slot.story)
    issue = _next(parts, edition)
    with writing(parts.engine) as connection:
        slots.place(connection, _open(connection, issue), slot, who, parts.clock.now())
    return compose.compose(parts, issue)


def unpin(parts: Parts, edition: Edition, story: StoryId, who: str) -> Issue:
    """Leave a story that an editor placed in the next issue to the rules again.

    Raises NotFoundError where nobody placed it, WrongStateError as ``pin`` does.
    """
    issue = _next(parts, edition)
    with writing(parts.engine) as connection:
        issue = _open(connection, issue)
        placed = drafts.of(connection, issue.id).slots
        if not any(slot.pinned and slot.story == story for slot in placed):
            raise NotFoundError("no editor placed this story in the issue", issue=issue.id)
        slots.release(connection, issue, story, who, parts.clock.now())
    return compose.compose(parts, issue)


def _next(parts: Parts, edition: Edition) -> Issue:
    return compose.compose(parts, compose.next_one(parts, edition))


def _open(connection: Connection, issue: Issue) -> Issue:
    issue = issues.get(connection, issue.id, to_change=True)
    if not fills(issue):
        raise WrongStateError(
            f"the issue is {issue.state}: its stories stand still", issue=issue.id
        )
    return issue


def _section(edition: Edition, slug: str, *, open_to_all: bool) -> Section:
    known: Sequence[Section] = edition.sections
    if slug:
        found = next((one for one in known if one.slug == slug), None)
        if found is None:
            raise NotFoundError(
                f"{edition.slug} has no section {slug!r}",
                hint=f"known: {', '.join(one.slug for one in known)}",
            )
        return found
    usable = [one for one in known if not (open_to_all and one.segments)] or list(known)
    return next((one for one in usable if one.take is Take.PICKS), usable[0])
