"""What the answers of the last look mean, and who takes the place of a story taken back. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from digest.curate import vary
from digest.curate.fill import fill
from digest.model import Candidate, Edition, Look, Slot, SlotMode, StoryId

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

    pool: tuple[Candidate, ...]
    slots: tuple[Slot, ...]
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


def reserves(
    edition: Edition, pool: Sequence[Candidate], slots: Sequence[Slot]
) -> dict[str, tuple[StoryId, ...]]:
    """By section, the next stories by rule: what would stand there with more room, best first."""
    shown = {slot.story for slot in slots if slot.mode is not SlotMode.REMOVED}
    manual = vary.manual_slots(slots)
    found: dict[str, tuple[StoryId, ...]] = {}
    for number, section in enumerate(edition.sections):
        roomy = list(edition.sections)
        roomy[number] = replace(section, maximum=section.maximum + RESERVES)
        wider = fill(roomy, pool, manual)
        there = [slot.story for slot in wider if slot.section == section.slug]
        found[section.slug] = tuple(key for key in there if key not in shown)[:RESERVES]
    return found


def relieve(
    edition: Edition,
    pool: Sequence[Candidate],
    slots: Sequence[Slot],
    gone: Collection[StoryId],
    approved: Mapping[str, Sequence[StoryId]],
) -> Relieved:
    """Take ``gone`` out. Where an editor had placed one, the section's next reserve stands."""
    left = tuple(one for one in pool if one.stored.id not in gone)
    free = {key: [one for one in held if one not in gone] for key, held in approved.items()}
    shown = [slot.story for slot in slots if slot.mode is not SlotMode.REMOVED]
    manual: list[Slot] = []
    for slot in vary.manual_slots(slots):
        if slot.story not in gone or slot.mode is SlotMode.REMOVED:
            manual.append(slot)
        elif free.get(slot.section):
            reason = f"the reserve for story {slot.story}, which was taken back"
            manual.append(
                Slot(
                    section=slot.section,
                    position=slot.position,
                    story=free[slot.section].pop(0),
                    mode=SlotMode.PINNED,
                    reason=reason,
                )
            )
    filled = fill(edition.sections, left, manual)
    removed = tuple(slot for slot in manual if slot.mode is SlotMode.REMOVED)
    now = [slot.story for slot in filled]
    return Relieved(
        pool=left,
        slots=filled + removed,
        came=tuple(key for key in now if key not in shown),
        empty=max(0, len(shown) - len(now)),
    )
