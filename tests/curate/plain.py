"""The rule of digest/curate/fill.py written out as one would say it: what the fast way must equal.

Lists and loops only; nothing is remembered and nothing is a set of bits.
"""

from collections.abc import Iterator, Sequence

from digest.curate.order import primary
from digest.curate.rank import in_order
from digest.model import Candidate, Interest, Section, Slot, SlotMode, StoryId, Take

Found = list[tuple[str, tuple[StoryId, ...]]]


def selection(
    sections: Sequence[Section],
    pool: Sequence[Candidate],
    manual: Sequence[Slot],
    interest: Interest | None,
) -> Found:
    """What a reader with ``interest`` gets, section by section; None: the issue itself."""
    known = {one.stored.id: one for one in pool}
    sections = [section for section in sections if not section.hidden]
    slugs = [section.slug for section in sections]
    pinned = [slot for slot in manual if slot.pinned and slot.section in slugs]
    pins = [slot for slot in pinned if slot.story in known]
    used = [known[pin.story] for pin in pins]
    removed = {slot.story for slot in manual if slot.mode is SlotMode.REMOVED}
    found: Found = []
    for section in sections:
        mine = sorted(
            (pin for pin in pins if pin.section == section.slug),
            key=lambda pin: (pin.position, pin.story),
        )
        for_all = tuple(pin.story for pin in mine if pin.mode is SlotMode.EVERYONE)
        taken: list[Candidate] = []
        if _sees(section, interest):
            free = [
                one
                for one in in_order(pool, section.half_life)
                if one.stored.id not in removed
                and not any(_alike(one, other) for other in used)
                and _fits(section, one)
                and _wants(section, one, interest)
            ]
            taken = _best(section, free, max(section.maximum - len(mine), 0))
        if _sees(section, interest) and len(mine) + len(taken) >= section.minimum:
            used += taken
            placed = _around(mine, [one.stored.id for one in taken])
            found.append((section.slug, tuple(placed)))
        elif for_all and _may_see(section, interest):
            found.append((section.slug, for_all))
    return _cut(found, known, pins, interest.limit if interest else 0)


def _may_see(section: Section, interest: Interest | None) -> bool:
    return interest is None or not section.segments or bool(section.segments & interest.segments)


def _sees(section: Section, interest: Interest | None) -> bool:
    if interest is None:
        return True
    here = not interest.regions or section.region is None or section.region in interest.regions
    about = not interest.topics or section.topic is None or section.topic in interest.topics
    return _may_see(section, interest) and here and about


def _fits(section: Section, one: Candidate) -> bool:
    if section.take is Take.PICKS:
        return one.pick is not None
    told = one.stored.classification
    here = section.region is None or section.region in told.regions
    return here and (section.topic is None or section.topic in told.topics)


def _wants(section: Section, one: Candidate, interest: Interest | None) -> bool:
    since = interest.since if interest else None
    if one.earlier is not None and (since is None or one.earlier <= since):
        return False
    if interest is None:
        return True
    written = one.stored.story.language
    if interest.language and written and primary(written) != primary(interest.language):
        return False
    told = one.stored.classification
    return section.take is Take.PICKS or (
        (not interest.regions or bool(interest.regions.intersection(told.regions)))
        and (not interest.topics or bool(interest.topics.intersection(told.topics)))
    )


def _alike(one: Candidate, other: Candidate) -> bool:
    same = one.fold is not None and one.fold == other.fold
    return same or one.stored.id == other.stored.id


def _best(section: Section, free: Sequence[Candidate], room: int) -> list[Candidate]:
    """In turn the best whose source and author have not had their share; then the best of all."""
    chosen: list[Candidate] = []
    for fair in (True, False):
        for one in free:
            if len(chosen) == room:
                break
            if not any(_alike(one, other) for other in chosen):
                if fair and any(_full(section, one, chosen)):
                    continue
                chosen.append(one)
    return [one for one in free if one in chosen]


def _full(section: Section, one: Candidate, chosen: Sequence[Candidate]) -> Iterator[bool]:
    sources = [other.stored.source for other in chosen]
    authors = [other.stored.story.byline for other in chosen]
    source, author = one.stored.source, one.stored.story.byline
    yield 0 < section.per_source <= sources.count(source)
    yield bool(author) and 0 < section.per_author <= authors.count(author)


def _around(pins: Sequence[Slot], chosen: Sequence[StoryId]) -> Iterator[StoryId]:
    """Each pin at its place, or as near to it as there are stories before it."""
    waiting, stood = list(chosen), 0
    for pin in pins:
        while stood < pin.position and waiting:
            yield waiting.pop(0)
            stood += 1
        yield pin.story
        stood += 1
    yield from waiting


def _cut(found: Found, known: dict[StoryId, Candidate], pins: Sequence[Slot], limit: int) -> Found:
    all_of_them = {pin.story for pin in pins if pin.mode is SlotMode.EVERYONE}
    placed = {pin.story for pin in pins}
    stories = [story for _, held in found for story in held]
    if not limit or len(stories) <= limit:
        return found
    stories.sort(key=lambda one: (one not in all_of_them, one not in placed, -known[one].score))
    kept = {*stories[:limit], *all_of_them}
    cut = [(slug, tuple(one for one in held if one in kept)) for slug, held in found]
    return [(slug, held) for slug, held in cut if held]
