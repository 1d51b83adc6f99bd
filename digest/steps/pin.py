"""pin: an editor places a story in an edition's next issue, for its section or for everyone."""

from digest.desk.actions import Pin, Release
from digest.desk.stories import planned
from digest.model import Edition, Issue, Slot, SlotMode, StoryId
from digest.steps import compose, editions
from digest.steps.edit import edit
from digest.steps.parts import Parts
from digest.store import hands
from digest.store.engine import reading


def plan(parts: Parts, edition: Edition, action: Pin) -> Slot:
    """The slot that ``pin`` would write. Raises NotFoundError and WrongStateError."""
    issue = compose.next_one(parts, edition, keep=False)
    with reading(parts.engine) as connection:
        hand = hands.current(connection, issue.id)
        return planned(editions.shown(connection, parts, edition.slug, hand), action)


def pin(parts: Parts, edition: Edition, slot: Slot, who: str) -> Issue:
    """Place ``slot`` in the edition's next issue, and fill the rest around it.

    Raises NotFoundError for a story that is not there or held back by its publisher, and
    WrongStateError where the next issue stands still already.
    """
    everyone = slot.mode is SlotMode.EVERYONE
    place = slot.position + 1
    action = Pin(story=slot.story, section=slot.section, place=place, everyone=everyone)
    return edit(parts, _next(parts, edition).id, None, who, action)


def unpin(parts: Parts, edition: Edition, story: StoryId, who: str) -> Issue:
    """Leave a story that an editor placed in the next issue to the rules again.

    Raises NotFoundError where nobody placed it, WrongStateError as ``pin`` does.
    """
    return edit(parts, _next(parts, edition).id, None, who, Release(story))


def _next(parts: Parts, edition: Edition) -> Issue:
    return compose.compose(parts, compose.next_one(parts, edition))
