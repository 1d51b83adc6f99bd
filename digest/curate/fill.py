"""Fills an issue's sections: what editors pinned first, then by rule up to the maximum. Pure.

The issue at the desk and every reader's variant come from this one rule; only the interest
differs.
"""

from collections.abc import Iterable, Sequence

from digest.model import (
    Candidate,
    Interest,
    Section,
    Slot,
    SlotMode,
    StoredStory,
    StoryId,
    Take,
)


def fill(
    sections: Sequence[Section],
    pool: Sequence[Candidate],
    manual: Iterable[Slot] = (),
    interest: Interest | None = None,
) -> tuple[Slot, ...]:
    """The slots of an issue, or of one reader's part of it, section by section.

    ``pool`` is ranked, best first. ``manual`` are the slots that editors pinned or removed.
    ``interest`` None is the issue itself: every section, everybody's stories. No story stands
    twice. A section under its minimum is left out, and its stories are free for later ones.
    """
    manual = tuple(manual)
    known = {candidate.stored.id: candidate for candidate in pool}
    used: set[StoryId] = {slot.story for slot in manual if slot.mode is not SlotMode.AUTO}
    filled: list[Slot] = []
    for section in sections:
        if not _shown(section, interest):
            continue
        pins = [
            slot
            for slot in manual
            if slot.section == section.slug and slot.mode is SlotMode.PINNED and slot.story in known
        ]
        slots = _fill_one(section, pool, pins, interest, used)
        if len(slots) >= section.minimum:
            filled += slots
            used.update(slot.story for slot in slots)
    return tuple(filled)


def _fill_one(
    section: Section,
    pool: Sequence[Candidate],
    pins: Sequence[Slot],
    interest: Interest | None,
    used: set[StoryId],
) -> list[Slot]:
    room = max(section.maximum - len(pins), 0)
    chosen: list[Candidate] = []
    for candidate in pool:
        if len(chosen) == room:
            break
        if candidate.stored.id not in used and _fits(section, candidate, interest):
            chosen.append(candidate)
    auto = iter(chosen)
    by_position = {slot.position: slot for slot in pins}
    slots: list[Slot] = []
    # A pin keeps its position; a pin past the end closes up.
    for position in range(len(pins) + len(chosen)):
        pinned = by_position.pop(position, None)
        if pinned is None and (following := next(auto, None)) is not None:
            slots.append(_slot(section, len(slots), following))
        elif pinned is not None:
            slots.append(pinned)
    slots += sorted(by_position.values(), key=lambda slot: slot.position)
    return slots


def _slot(section: Section, position: int, candidate: Candidate) -> Slot:
    return Slot(
        section=section.slug,
        position=position,
        story=candidate.stored.id,
        reason=_reason(section, candidate),
    )


def _shown(section: Section, interest: Interest | None) -> bool:
    """Whether this reader sees the section at all."""
    if interest is None:
        return True
    if section.segments and not section.segments & interest.segments:
        return False
    # "each" sections and the like bind a region or topic: not chosen means not shown.
    if section.region and interest.regions and section.region not in interest.regions:
        return False
    return not (section.topic and interest.topics and section.topic not in interest.topics)


def _fits(section: Section, candidate: Candidate, interest: Interest | None) -> bool:
    stored = candidate.stored
    if section.take is Take.PICKS:
        # What editors pick is for everyone: a reader's choices narrow the rest.
        return candidate.pick is not None
    if section.region is not None and section.region not in stored.classification.regions:
        return False
    if section.topic is not None and section.topic not in stored.classification.topics:
        return False
    return interest is None or _wanted(stored, interest)


def _wanted(stored: StoredStory, interest: Interest) -> bool:
    regions, topics = stored.classification.regions, stored.classification.topics
    return (not interest.regions or not interest.regions.isdisjoint(regions)) and (
        not interest.topics or not interest.topics.isdisjoint(topics)
    )


def _reason(section: Section, candidate: Candidate) -> str:
    """Why the story is here, for a person."""
    rules = {
        Take.PICKS: f"editors’ pick ({candidate.pick})",
        Take.LATEST: "among the latest",
        Take.REGION: f"plays in {section.region}",
        Take.TOPIC: f"is about {section.topic}",
        Take.REGION_TOPIC: f"plays in {section.region} and is about {section.topic}",
    }
    terms = ", ".join(f"{name} {value:.2f}" for name, value in candidate.terms.items())
    return f"{rules[section.take]}; score {candidate.score:.2f} = {terms}"
