"""Fills an issue's sections: what editors pinned first, then by rule up to the maximum. Pure.

The issue at the desk and every reader's variant come from this one rule; only the interest
differs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from typing import TypeAlias

from digest.curate.order import Bits, Order, Ranked
from digest.curate.rank import FRESH, score_at
from digest.curate.take import Taker
from digest.model import Candidate, Interest, Section, Slot, SlotMode, StoryId, Take

#: a pool, or one whose orders are known already
Pool: TypeAlias = Sequence[Candidate] | Ranked

#: readers' sets of regions, topics or segments whose sections are remembered
_KEPT = 5_000


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
    #: those of them that every reader gets
    for_everyone: tuple[StoryId, ...]
    taker: Taker
    #: its order's number
    ranked: int
    #: for each order, by place in its own: all but a story and what is shown as one with it
    others: tuple[list[Bits], ...]


class Filler:
    """Fills one issue, for the desk and for any number of readers.

    ``pool`` is what the issue may use, ``manual`` the slots that editors pinned or removed; a pin
    in a section that is not there, or hidden, holds nothing. No story stands twice, and of those
    shown as one only the best that a reader wants. A section under its minimum is left out, and
    its stories are free for later ones; what editors pinned for everyone stands even then, and for
    readers who would not see the section.
    """

    def __init__(
        self, sections: Sequence[Section], pool: Pool, manual: Iterable[Slot] = ()
    ) -> None:
        ranked = pool if isinstance(pool, Ranked) else Ranked(pool)
        self.pool = {one.stored.id: one for one in ranked.pool}
        sections = [section for section in sections if not section.hidden]
        slugs = {section.slug for section in sections}
        known = [slot for slot in manual if slot.story in self.pool]
        self.pinned = {slot.story: slot for slot in known if slot.pinned and slot.section in slugs}
        self.removed = {slot.story for slot in known if slot.mode is SlotMode.REMOVED}
        self.for_everyone = frozenset(
            story for story, slot in self.pinned.items() if slot.mode is SlotMode.EVERYONE
        )
        self.orders = {
            half_life: ranked.by(half_life)
            for half_life in dict.fromkeys(section.half_life for section in sections)
        }
        self._orders = list(self.orders.values())
        self._others = {
            order: tuple(order.apart(other) for other in self._orders) for order in self._orders
        }
        self.plans = [self._plan(section) for section in sections]
        self._free = [~self._placed(order) for order in self._orders]
        self._by_regions = lru_cache(_KEPT)(self._of_regions)
        self._by_topics = lru_cache(_KEPT)(self._of_topics)
        self._by_segments = lru_cache(_KEPT)(self._of_segments)

    def filled(self, interest: Interest | None = None) -> list[Filled]:
        """What a reader with ``interest`` sees, section by section; None: the issue itself."""
        return [Filled(plan.section, stories) for plan, stories in self.places(interest)]

    def places(self, interest: Interest | None = None) -> list[tuple[Plan, tuple[StoryId, ...]]]:
        """The same by plan. A million readers ask this: it costs some twenty microseconds."""
        seen, reached = self._shown(interest)
        reader = interest or Interest()
        new = [
            order.new_since(reader.since) & order.told_in(reader.language) for order in self._orders
        ]
        wanted = [
            bits & order.of_regions(reader.regions) & order.of_topics(reader.topics)
            for bits, order in zip(new, self._orders, strict=True)
        ]
        free = self._free.copy()
        found: list[tuple[Plan, tuple[StoryId, ...]]] = []
        for number, plan in enumerate(self.plans):
            if seen >> number & 1:
                ranked, section = plan.ranked, plan.section
                # What editors pick is for everyone: a reader's choices narrow the rest.
                open_to = new if section.take is Take.PICKS else wanted
                taken = plan.taker.take(plan.fits & free[ranked] & open_to[ranked])
                if len(plan.pins) + len(taken) >= section.minimum:
                    for other, others in enumerate(plan.others):
                        for at in taken:
                            free[other] &= others[at]
                    chosen = [plan.order.stories[at] for at in taken]
                    found.append((plan, _with_pins(plan.pins, chosen)))
                    continue
            if plan.for_everyone and reached >> number & 1:
                found.append((plan, plan.for_everyone))
        return self._limited(found, reader.limit) if reader.limit else found

    def slots(self, interest: Interest | None = None) -> tuple[Slot, ...]:
        """The same as slots that say why each story is there."""
        return tuple(
            self._slot(one.section, position, story)
            for one in self.filled(interest)
            for position, story in enumerate(one.stories)
        )

    def picks(self, interest: Interest) -> Plan | None:
        """The first section of editors' picks that this reader sees."""
        seen, _ = self._shown(interest)
        picks = (
            plan
            for number, plan in enumerate(self.plans)
            if plan.section.take is Take.PICKS and seen >> number & 1
        )
        return next(picks, None)

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

    def _limited(
        self, found: list[tuple[Plan, tuple[StoryId, ...]]], limit: int
    ) -> list[tuple[Plan, tuple[StoryId, ...]]]:
        """The best of what was found, as many as the reader wants; what editors placed first.

        What is for everyone counts, and stays.
        """
        chosen = [story for _, stories in found for story in stories]
        if len(chosen) <= limit:
            return found
        kept = {*sorted(chosen, key=self._ranks.__getitem__)[:limit], *self.for_everyone}
        cut = [(plan, tuple([one for one in held if one in kept])) for plan, held in found]
        return [(plan, held) for plan, held in cut if held]

    @cached_property
    def _ranks(self) -> dict[StoryId, int]:
        """What stays longest in a mail that is cut; equal stories have equal numbers."""

        def strength(one: Candidate) -> tuple[bool, bool, float]:
            story = one.stored.id
            return story not in self.for_everyone, story not in self.pinned, -one.score

        groups = groupby(sorted(self.pool.values(), key=strength), strength)
        return {one.stored.id: rank for rank, (_, group) in enumerate(groups) for one in group}

    def _shown(self, interest: Interest | None) -> tuple[Bits, Bits]:
        """The numbers of the plans that this reader sees, and of those open to their segments."""
        if interest is None:
            return -1, -1
        reached = self._by_segments(interest.segments)
        chosen = self._by_regions(interest.regions) & self._by_topics(interest.topics)
        return reached & chosen, reached

    def _of_segments(self, segments: frozenset[str]) -> Bits:
        return _numbers(
            not plan.section.segments or bool(plan.section.segments & segments)
            for plan in self.plans
        )

    # "each" sections and the like bind a region or topic: not chosen means not shown.

    def _of_regions(self, regions: frozenset[str]) -> Bits:
        bound = (plan.section.region for plan in self.plans)
        return _numbers(not (one and regions and one not in regions) for one in bound)

    def _of_topics(self, topics: frozenset[str]) -> Bits:
        bound = (plan.section.topic for plan in self.plans)
        return _numbers(not (one and topics and one not in topics) for one in bound)

    def _plan(self, section: Section) -> Plan:
        order = self.orders[section.half_life]
        pins = sorted(
            (slot for slot in self.pinned.values() if slot.section == section.slug),
            key=lambda slot: (slot.position, slot.story),
        )
        return Plan(
            section=section,
            order=order,
            fits=order.taken_by(section),
            pins=tuple(pins),
            for_everyone=tuple(pin.story for pin in pins if pin.story in self.for_everyone),
            taker=Taker(order, section, max(section.maximum - len(pins), 0)),
            ranked=self._orders.index(order),
            others=self._others[order],
        )

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
    pool: Pool,
    manual: Iterable[Slot] = (),
    interest: Interest | None = None,
) -> tuple[Slot, ...]:
    """The slots of an issue, or of one reader's part of it (see ``Filler``)."""
    return Filler(sections, pool, manual).slots(interest)


def standing(sections: Sequence[Section], pool: Pool, placed: Sequence[Slot]) -> tuple[Slot, ...]:
    """All slots of an issue: those filled, and what its editors took out."""
    removed = (slot for slot in placed if slot.mode is SlotMode.REMOVED)
    return (*fill(sections, pool, placed), *removed)


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


def briefly(section: Section, candidate: Candidate) -> str:
    """The score as this section counts it, in a number."""
    return f"score {score_at(candidate, section.half_life):.2f}"


def _numbers(chosen: Iterable[bool]) -> Bits:
    """The places of those chosen."""
    return sum(1 << number for number, is_chosen in enumerate(chosen) if is_chosen)


def _with_pins(pins: Sequence[Slot], chosen: Sequence[StoryId]) -> tuple[StoryId, ...]:
    """Pins at their positions, the rest around them; a pin past the end closes up."""
    if not pins:
        return tuple(chosen)
    waiting = iter(chosen)
    found: list[StoryId] = []
    for pin in pins:
        while len(found) < pin.position and (story := next(waiting, None)) is not None:
            found.append(story)
        found.append(pin.story)
    return (*found, *waiting)
