"""Fills an issue's sections: what editors pinned first, then by rule up to the maximum. Pure.

The issue at the desk and every reader's variant come from this one rule; only the interest
differs.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from digest.curate.order import Bits, Order
from digest.curate.rank import FRESH, score_at
from digest.model import Candidate, Interest, Section, Slot, SlotMode, StoryId, Take


@dataclass(frozen=True, slots=True)
class Filled:
    """A section and the stories it holds, in the order a reader sees them."""

    section: Section
    stories: tuple[StoryId, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """One section of an issue, made ready to be filled for any reader."""

    section: Section
    order: Order
    #: what it may take
    fits: Bits
    pins: tuple[Slot, ...]


class Filler:
    """Fills one issue, for the desk and for any number of readers.

    ``pool`` is what the issue may use, ``manual`` the slots that editors pinned or removed. No
    story stands twice, and of those shown as one only the best that a reader wants. A section
    under its minimum is left out, and its stories are free for later ones.
    """

    def __init__(
        self, sections: Sequence[Section], pool: Sequence[Candidate], manual: Iterable[Slot] = ()
    ) -> None:
        self.pool = {one.stored.id: one for one in pool}
        known = [slot for slot in manual if slot.story in self.pool]
        self.pinned = {slot.story: slot for slot in known if slot.mode is SlotMode.PINNED}
        self.removed = {slot.story for slot in known if slot.mode is SlotMode.REMOVED}
        self.orders = {
            half_life: Order(pool, half_life)
            for half_life in dict.fromkeys(section.half_life for section in sections)
        }
        self.plans = [self._plan(section) for section in sections]

    def filled(self, interest: Interest | None = None) -> list[Filled]:
        """What a reader with ``interest`` sees, section by section; None: the issue itself."""
        used = {half_life: self._placed(order) for half_life, order in self.orders.items()}
        found: list[Filled] = []
        for plan in self.plans:
            if not shown(plan.section, interest):
                continue
            free = plan.fits & ~used[plan.section.half_life] & _open_to(plan, interest)
            chosen = _take(plan, free)
            if len(plan.pins) + len(chosen) < plan.section.minimum:
                continue
            for half_life, order in self.orders.items():
                for story in chosen:
                    used[half_life] |= order.mates[story]
            found.append(Filled(plan.section, _with_pins(plan.pins, chosen)))
        return self._limited(found, interest)

    def slots(self, interest: Interest | None = None) -> tuple[Slot, ...]:
        """The same as slots that say why each story is there."""
        return tuple(
            self._slot(one.section, position, story)
            for one in self.filled(interest)
            for position, story in enumerate(one.stories)
        )

    def folded(self, story: StoryId) -> list[StoryId]:
        """The others that are shown as one with ``story``, best first."""
        order = next(iter(self.orders.values()))
        others = order.mates[story] & ~order.of({story})
        return order.listed(others) if others else []

    def mates(self, story: StoryId) -> list[Candidate]:
        """Those of them from the same window that no editor placed or removed.

        Nothing of a reader is in it, so that a story's card is the same for all.
        """
        came = self.pool[story].earlier
        return [
            self.pool[one]
            for one in self.folded(story)
            if one not in self.removed and one not in self.pinned and self.pool[one].earlier == came
        ]

    def _limited(self, found: list[Filled], interest: Interest | None) -> list[Filled]:
        """The best of what was found, as many as the reader wants; what editors placed first."""
        limit = 0 if interest is None else interest.limit
        chosen = [story for one in found for story in one.stories]
        if not limit or len(chosen) <= limit:
            return found
        ranked = sorted(chosen, key=lambda one: (one not in self.pinned, -self.pool[one].score))
        kept = set(ranked[:limit])
        cut = (Filled(one.section, tuple(s for s in one.stories if s in kept)) for one in found)
        return [one for one in cut if one.stories]

    def _plan(self, section: Section) -> Plan:
        order = self.orders[section.half_life]
        pins = sorted(
            (slot for slot in self.pinned.values() if slot.section == section.slug),
            key=lambda slot: (slot.position, slot.story),
        )
        return Plan(section, order, order.taken_by(section), tuple(pins))

    def _placed(self, order: Order) -> Bits:
        """What no section may take by rule: what editors placed or removed, and its like."""
        bits = order.of(self.removed)
        for story in self.pinned:
            bits |= order.mates[story]
        return bits

    def _slot(self, section: Section, position: int, story: StoryId) -> Slot:
        pin = self.pinned.get(story)
        if pin is not None:
            return pin
        return Slot(
            section=section.slug,
            position=position,
            story=story,
            reason=reason(section, self.pool[story]),
        )


def fill(
    sections: Sequence[Section],
    pool: Sequence[Candidate],
    manual: Iterable[Slot] = (),
    interest: Interest | None = None,
) -> tuple[Slot, ...]:
    """The slots of an issue, or of one reader's part of it (see ``Filler``)."""
    return Filler(sections, pool, manual).slots(interest)


def shown(section: Section, interest: Interest | None) -> bool:
    """Whether this reader sees the section at all."""
    if interest is None:
        return True
    if section.segments and not section.segments & interest.segments:
        return False
    # "each" sections and the like bind a region or topic: not chosen means not shown.
    if section.region and interest.regions and section.region not in interest.regions:
        return False
    return not (section.topic and interest.topics and section.topic not in interest.topics)


def reason(section: Section, candidate: Candidate) -> str:
    """Why the story is here, for a person."""
    rules = {
        Take.PICKS: f"editors’ pick ({candidate.pick})",
        Take.LATEST: "among the latest",
        Take.REGION: f"plays in {section.region}",
        Take.TOPIC: f"is about {section.topic}",
        Take.REGION_TOPIC: f"plays in {section.region} and is about {section.topic}",
    }
    return f"{rules[section.take]}; {explained(section, candidate)}"


def explained(section: Section, candidate: Candidate) -> str:
    """The score as this section counts it, term by term."""
    score = score_at(candidate, section.half_life)
    steady = {name: value for name, value in candidate.terms.items() if name != FRESH}
    terms = {FRESH: score - sum(steady.values()), **steady}
    told = ", ".join(f"{name} {value:.2f}" for name, value in terms.items())
    return f"score {score:.2f} = {told}"


def _open_to(plan: Plan, interest: Interest | None) -> Bits:
    """What a reader may get in a section, if it is free."""
    if interest is None:
        return plan.order.new_since(None)
    new = plan.order.new_since(interest.since)
    if plan.section.take is Take.PICKS:
        # What editors pick is for everyone: a reader's choices narrow the rest.
        return new
    return new & plan.order.wanted(interest.regions, interest.topics)


def _take(plan: Plan, free: Bits) -> list[StoryId]:
    """The best of ``free`` up to the section's maximum, each time without what is like it.

    Stories of a source or author that has had its share wait until all others had their turn.
    """
    order, section = plan.order, plan.section
    room = max(section.maximum - len(plan.pins), 0)
    limits = [
        (shares, limit)
        for shares, limit in (
            (order.of_source, section.per_source),
            (order.of_author, section.per_author),
        )
        if limit
    ]
    had: Counter[Bits] = Counter()
    chosen: list[int] = []
    waiting: Bits = 0
    while len(chosen) < room and (free or waiting):
        if not free:
            free, waiting, limits = waiting, 0, []
        at = (free & -free).bit_length() - 1
        chosen.append(at)
        mates = order.mates[order.stories[at]]
        free &= ~mates
        waiting &= ~mates
        for shares, limit in limits:
            share = shares[at]
            had[share] += 1
            if share and had[share] == limit:
                waiting |= free & share
                free &= ~share
    return [order.stories[at] for at in sorted(chosen)]


def _with_pins(pins: Sequence[Slot], chosen: Sequence[StoryId]) -> tuple[StoryId, ...]:
    """Pins at their positions, the rest around them; a pin past the end closes up."""
    waiting = iter(chosen)
    found: list[StoryId] = []
    for pin in pins:
        while len(found) < pin.position and (story := next(waiting, None)) is not None:
            found.append(story)
        found.append(pin.story)
    return (*found, *waiting)
