"""What editors do with the stories of an issue: place, move, take out, write over. Pure."""

from collections.abc import Sequence
from dataclasses import fields, replace

from digest.desk.actions import (
    Edit,
    Move,
    Pin,
    Release,
    Remove,
    Replace,
    Reserve,
    Spare,
    StoryAction,
    Where,
)
from digest.desk.words import address, line
from digest.errors import InvalidError, NotFoundError, WrongStateError
from digest.model import (
    Draft,
    Edition,
    Hand,
    Overrides,
    Section,
    Slot,
    SlotMode,
    StoryId,
    Take,
)

REASONS = {
    SlotMode.PINNED: "an editor placed it",
    SlotMode.EVERYONE: "an editor placed it, for every reader",
    SlotMode.REMOVED: "an editor took it out",
}
_FIELDS = frozenset(field.name for field in fields(Overrides))
_LINKS = frozenset({"link", "image_url"})
#: what no story can do without
_NEEDED = frozenset({"headline", "link"})


def apply(draft: Draft, action: StoryAction, edition: Edition) -> Hand:
    """What an action makes of the stories."""
    match action:
        case Pin():
            return pin(draft, action, edition)
        case Remove():
            return remove(draft, action)
        case Replace():
            return swap(draft, action)
        case Move():
            return move(draft, action, edition)
        case Release():
            return release(draft, action)
        case Edit():
            return write(draft, action)
        case Reserve():
            return reserve(draft, action, edition)
        case Spare(section, story):
            named = draft.hand.reserves.get(section, ())
            return reserve(draft, Reserve(section, (*named, story)), edition)


def planned(edition: Edition, action: Pin) -> Slot:
    """The slot that a pin makes. Raises NotFoundError for a section that there is not.

    A section for segments holds nothing for everyone: raises WrongStateError.
    """
    section = _section(edition, action.section, open_to_all=action.everyone)
    if action.everyone and section.segments:
        raise WrongStateError(
            f"the section {section.slug} is for segments only",
            hint="choose a section that every reader may see",
        )
    mode = SlotMode.EVERYONE if action.everyone else SlotMode.PINNED
    return _slot(section.slug, action.place - 1, action.story, mode)


def pin(draft: Draft, action: Pin, edition: Edition) -> Hand:
    """Place a story; pins that stood there or below move down."""
    return _place(draft, planned(edition, action))


def remove(draft: Draft, action: Remove) -> Hand:
    """Take a story out of the issue, or keep it from coming in."""
    was = _known(draft, action.story)
    return _without(
        draft.hand,
        action.story,
        _slot(was.section, was.position, action.story, SlotMode.REMOVED),
    )


def swap(draft: Draft, action: Replace) -> Hand:
    """Put a story in another's place."""
    was = _standing(draft, action.old)
    hand = remove(draft, Remove(action.old))
    mode = SlotMode.EVERYONE if was.mode is SlotMode.EVERYONE else SlotMode.PINNED
    if action.new == action.old:
        raise InvalidError("a story cannot take its own place", story=action.new)
    return _without(hand, action.new, _slot(was.section, was.position, action.new, mode))


def move(draft: Draft, action: Move, edition: Edition) -> Hand:
    """Move a story within its section or to another."""
    was = _standing(draft, action.story)
    section = _section(edition, action.section or was.section, open_to_all=False).slug
    at = _order(draft, section).index(action.story) if section == was.section else 0
    places = {Where.TOP: 0, Where.UP: at - 1, Where.DOWN: at + 1}
    place = places[action.to] if isinstance(action.to, Where) else action.to - 1
    if section == was.section and place in {at, -1}:
        return draft.hand
    mode = SlotMode.EVERYONE if was.mode is SlotMode.EVERYONE else SlotMode.PINNED
    return _place(draft, _slot(section, max(place, 0), action.story, mode))


def release(draft: Draft, action: Release) -> Hand:
    """Leave a story to the rules. Raises NotFoundError where no editor placed or removed it."""
    if not any(slot.story == action.story for slot in draft.hand.placed):
        raise NotFoundError("no editor placed this story or took it out", story=action.story)
    return _without(draft.hand, action.story)


def write(draft: Draft, action: Edit) -> Hand:
    """Write over a story. Raises InvalidError for what it cannot say, NotFoundError."""
    _known(draft, action.story)
    unknown = sorted(set(action.changes) - _FIELDS)
    if unknown:
        raise InvalidError(
            f"a story has no {unknown[0]!r}", hint=f"known: {', '.join(sorted(_FIELDS))}"
        )
    told = {name: _text(name, text) for name, text in action.changes.items()}
    over = replace(draft.hand.overrides.get(action.story, Overrides()), **told)
    others = {key: one for key, one in draft.hand.overrides.items() if key != action.story}
    mine = {} if over == Overrides() else {action.story: over}
    return replace(draft.hand, overrides=others | mine)


def reserve(draft: Draft, action: Reserve, edition: Edition) -> Hand:
    """Name a section's reserves. Raises NotFoundError for a story that is not in the pool."""
    section = _section(edition, action.section, open_to_all=False).slug
    known = {one.stored.id for one in draft.pool}
    for story in action.stories:
        if story not in known:
            raise NotFoundError("the issue cannot use this story", story=story)
    others = {key: held for key, held in draft.hand.reserves.items() if key != section}
    mine = {section: tuple(dict.fromkeys(action.stories))} if action.stories else {}
    return replace(draft.hand, reserves=others | mine)


def _text(name: str, text: str | None) -> str | None:
    if text is None:
        return None
    told = address(text) if name in _LINKS else line(text)
    if not told and name in _NEEDED:
        raise InvalidError(
            f"a story needs a {name}", hint="to take back what was written, reset it"
        )
    return told


def _place(draft: Draft, slot: Slot) -> Hand:
    """Put in a slot; the other pins of its section stand where they then are seen."""
    order = [story for story in _order(draft, slot.section) if story != slot.story]
    order.insert(slot.position, slot.story)
    places = {story: place for place, story in enumerate(order)}
    hand = _without(draft.hand, slot.story, slot)
    placed = (
        replace(one, position=places[one.story])
        if one.pinned and one.section == slot.section and one.story in places and one != slot
        else one
        for one in hand.placed
    )
    return replace(hand, placed=tuple(placed))


def _without(hand: Hand, story: StoryId, *instead: Slot) -> Hand:
    placed = [*(slot for slot in hand.placed if slot.story != story), *instead]
    # In one order, so that equal decisions are one hand.
    return replace(hand, placed=tuple(sorted(placed, key=lambda slot: slot.story)))


def _order(draft: Draft, section: str) -> list[StoryId]:
    """The stories of a section as the issue shows them."""
    return [
        slot.story
        for slot in draft.slots
        if slot.section == section and slot.mode is not SlotMode.REMOVED
    ]


def _standing(draft: Draft, story: StoryId) -> Slot:
    """Where a story stands in the issue. Raises NotFoundError."""
    for slot in draft.slots:
        if slot.story == story and slot.mode is not SlotMode.REMOVED:
            return slot
    raise NotFoundError("the story does not stand in the issue", story=story)


def _known(draft: Draft, story: StoryId) -> Slot:
    """Where a story stands, or would as a stranger. Raises NotFoundError outside of the pool."""
    for slot in (*draft.slots, *draft.hand.placed):
        if slot.story == story:
            return slot
    if any(one.stored.id == story for one in draft.pool):
        return Slot(section="", position=0, story=story)
    raise NotFoundError("the issue cannot use this story", story=story)


def _slot(section: str, position: int, story: StoryId, mode: SlotMode) -> Slot:
    return Slot(section=section, position=position, story=story, mode=mode, reason=REASONS[mode])


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
    usable = [one for one in known if not (one.hidden or (open_to_all and one.segments))]
    usable = usable or list(known)
    return next((one for one in usable if one.take is Take.PICKS), usable[0])
