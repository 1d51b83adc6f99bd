"""What the answers of the last look mean, and who takes the place of a story taken back. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from digest.curate.fill import fill, standing
from digest.model import Draft, Edition, Look, Slot, SlotMode, StoryId

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


def shown(draft: Draft) -> list[StoryId]:
    """The stories that an issue shows, in the order of its sections and slots."""
    return [slot.story for slot in draft.slots if slot.mode is not SlotMode.REMOVED]


def reserves(edition: Edition, draft: Draft) -> dict[str, tuple[StoryId, ...]]:
    """By section of the arranged edition who may stand in, best first.

    Those that editors chose; else the next by rule, that would stand there with more room.
    """
    there = set(shown(draft))
    found: dict[str, tuple[StoryId, ...]] = {}
    for number, section in enumerate(edition.sections):
        if chosen := draft.hand.reserves.get(section.slug):
            found[section.slug] = tuple(key for key in chosen if key not in there)
            continue
        roomy = list(edition.sections)
        roomy[number] = replace(section, maximum=section.maximum + RESERVES)
        wider = fill(roomy, draft.pool, draft.hand.placed)
        more = [slot.story for slot in wider if slot.section == section.slug]
        found[section.slug] = tuple(key for key in more if key not in there)[:RESERVES]
    return found


def relieve(
    edition: Edition,
    draft: Draft,
    gone: Collection[StoryId],
    approved: Mapping[str, Sequence[StoryId]],
) -> Relieved:
    """Take ``gone`` out. Where an editor had placed one, the section's next reserve stands."""
    left = tuple(one for one in draft.pool if one.stored.id not in gone)
    free = {key: [one for one in held if one not in gone] for key, held in approved.items()}
    before = shown(draft)
    placed: list[Slot] = []
    for slot in draft.hand.placed:
        if slot.story not in gone or slot.mode is SlotMode.REMOVED:
            placed.append(slot)
        elif free.get(slot.section):
            placed.append(_instead(slot, free[slot.section].pop(0)))
    hand = replace(draft.hand, placed=tuple(placed))
    made = Draft(pool=left, slots=standing(edition.sections, left, placed), hand=hand)
    now = shown(made)
    return Relieved(
        draft=made,
        came=tuple(key for key in now if key not in before),
        empty=max(0, len(before) - len(now)),
    )


def _instead(slot: Slot, story: StoryId) -> Slot:
    reason = f"the reserve for story {slot.story}, which was taken back"
    return replace(slot, story=story, mode=SlotMode.PINNED, reason=reason)
