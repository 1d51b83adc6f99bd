"""What the answers of the last look mean, and who takes the place of a story taken back. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from digest.curate.fill import standing
from digest.model import Draft, Edition, Look, Selected, SlotMode, StoryId

#: reserves of a section that are approved with an issue where editors chose none
RESERVES = 3
#: more of the stories than one in so many gone at once is trouble at the site
_SHARE = 3
_AT_ONCE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the answers say."""

    #: taken back, beyond doubt
    gone: Mapping[StoryId, Look]
    #: why a site cannot be believed or heard, for a person; empty where all is clear
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relieved:
    """An issue without the stories that were taken back."""

    draft: Draft
    #: what stands in it now and did not before
    came: tuple[StoryId, ...]
    #: places that nobody takes
    empty: int


def judge(shown: Collection[StoryId], answers: Mapping[StoryId, Look]) -> Judged:
    """Which stories were taken back. ``shown`` are those that the issue shows as a whole.

    Only a definite answer takes a story out, and where many are gone at once none is believed: a
    site that is being moved, or has lost its database, answers 404 to everything.
    """
    gone = {key: look for key, look in answers.items() if look in {Look.GONE, Look.PROTECTED}}
    if len(gone) >= _AT_ONCE and len(gone) * _SHARE > len(answers):
        told = f"{len(gone)} of {len(answers)} stories are gone at once, which no editor does"
        return Judged(gone={}, trouble=told)
    unclear = [key for key in shown if answers.get(key) is Look.UNCLEAR]
    told = f"no clear answer about {len(unclear)} of {len(shown)} stories" if unclear else ""
    return Judged(gone=gone, trouble=told)


def reserves(edition: Edition, draft: Draft) -> dict[str, tuple[StoryId, ...]]:
    """By section, what may stand in: as editors said, else the next stories by rule, best first.

    By rule those that would stand there with more room. ``edition`` is as the issue shows it.
    """
    shown = frozenset(visible(draft))
    usable = {one.stored.id for one in draft.pool} - shown
    found: dict[str, tuple[StoryId, ...]] = {}
    for number, section in enumerate(edition.sections):
        if named := draft.hand.reserves.get(section.slug):
            found[section.slug] = tuple(key for key in named if key in usable)
            continue
        roomy = list(edition.sections)
        roomy[number] = replace(section, maximum=section.maximum + RESERVES)
        wider = standing(roomy, draft.pool, draft.hand.placed)
        there = [slot.story for slot in wider if slot.section == section.slug]
        found[section.slug] = tuple(key for key in there if key in usable)[:RESERVES]
    return found


def relieve(
    edition: Edition,
    draft: Draft,
    gone: Collection[StoryId],
    approved: Mapping[str, Sequence[StoryId]],
) -> Relieved:
    """Take ``gone`` out. Where an editor had placed one, the section's next reserve stands.

    So it does in a section whose reserves editors named. ``edition`` is as the issue shows it.
    """
    free = {key: [one for one in held if one not in gone] for key, held in approved.items()}
    placed = [slot for slot in draft.hand.placed if not slot.pinned or slot.story not in gone]
    for slot in draft.slots:
        if slot.story not in gone or slot.mode is SlotMode.REMOVED:
            continue
        chosen = slot.pinned or slot.section in draft.hand.reserves
        if chosen and free.get(slot.section):
            reason = f"the reserve for story {slot.story}, which was taken back"
            reserve = free[slot.section].pop(0)
            placed.append(replace(slot, story=reserve, mode=SlotMode.PINNED, reason=reason))
    left = tuple(one for one in draft.pool if one.stored.id not in gone)
    hand = replace(draft.hand, placed=tuple(placed))
    after = Draft(pool=left, slots=standing(edition.sections, left, hand.placed), hand=hand)
    before, now = visible(draft), visible(after)
    return Relieved(
        draft=after,
        came=tuple(key for key in now if key not in before),
        empty=max(0, len(before) - len(now)),
    )


def visible(draft: Draft) -> list[StoryId]:
    """The stories that an issue shows, in the order of its sections and slots."""
    return [slot.story for slot in draft.slots if slot.mode is not SlotMode.REMOVED]


def without(
    selected: Selected,
    gone: Collection[StoryId],
    spare: Mapping[str, Sequence[StoryId]],
    cards: Mapping[str, Collection[StoryId]],
) -> Selected:
    """A variant without ``gone``: a section's reserves stand in, as far as it has their cards.

    What is left without a story is left out; blocks never had any.
    """
    shown = {story for story in selected.stories if story not in gone}
    sections: list[tuple[str, tuple[StoryId, ...]]] = []
    for slug, held in selected.sections:
        left = [story for story in held if story not in gone]
        for reserve in spare.get(slug, ()):
            fits = reserve in cards.get(slug, ()) and reserve not in shown and reserve not in gone
            if fits and len(left) < len(held):
                left.append(reserve)
                shown.add(reserve)
        if left or not held:
            sections.append((slug, tuple(left)))
    return replace(selected, sections=tuple(sections))
