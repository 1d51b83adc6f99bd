"""Why a story of the pool stands where it stands, and why not elsewhere: for a person. Pure."""

from collections.abc import Iterable, Iterator

from digest.curate.fill import Filled, Filler, explained, reason
from digest.curate.rank import score_at
from digest.model import Candidate, Section, StoryId, Take


def in_pool(
    sections: Iterable[Section], filler: Filler, filled: list[Filled], key: StoryId
) -> Iterator[str]:
    """Section by section, why a story of the pool stands in the issue or does not."""
    candidate = filler.pool[key]
    if key in filler.removed:
        yield "an editor removed it from this issue"
        return
    if candidate.copies:
        others = ", ".join(map(str, candidate.copies))
        yield f"stands for copies of it: {others}"
    if candidate.update:
        yield "it was sent before and comes again as an update"
    if related := _related(filler, candidate):
        yield f"may tell of the same event as {', '.join(map(str, related))}"
    by_section = {one.section.slug: one for one in filled}
    for section in sections:
        one = by_section.get(section.slug)
        if one is not None and key in one.stories:
            yield _standing(one, filler, candidate)
            return
        yield f"{section.slug}: {_not_in(section, one, filler, filled, candidate)}"


def _related(filler: Filler, candidate: Candidate) -> list[StoryId]:
    """Others of its event that are too unlike to be shown as one with it."""
    return [
        one.stored.id
        for one in filler.pool.values()
        if candidate.event is not None
        and one.event == candidate.event
        and one.fold != candidate.fold
    ]


def _standing(one: Filled, filler: Filler, candidate: Candidate) -> str:
    place = one.stories.index(candidate.stored.id) + 1
    pin = filler.pinned.get(candidate.stored.id)
    told = pin.reason or "an editor placed it" if pin else reason(one.section, candidate)
    return f"{one.section.slug} {place}: {told}"


def _not_in(
    section: Section,
    one: Filled | None,
    filler: Filler,
    filled: list[Filled],
    candidate: Candidate,
) -> str:
    """Why a section does not hold a story that is in the pool."""
    if told := unfit(section, candidate):
        return told
    pin = filler.pinned.get(candidate.stored.id)
    if pin is not None:
        return f"an editor placed it in {pin.section}"
    mates = set(filler.folded(candidate.stored.id))
    for other in filled:
        if standing := mates & set(other.stories):
            return f"told by story {min(standing)} in {other.section.slug}"
    if one is None:
        return f"the section holds fewer than its minimum of {section.minimum}"
    return _outdone(one, filler, candidate)


def unfit(section: Section, candidate: Candidate) -> str:
    """What keeps a section from taking a story at all; nothing if it may."""
    found = candidate.stored.classification
    if section.take is Take.PICKS:
        return "" if candidate.pick is not None else "no editors’ pick"
    if section.region is not None and section.region not in found.regions:
        return f"plays in {', '.join(found.regions) or 'no region that is known'}"
    if section.topic is not None and section.topic not in found.topics:
        return f"is about {', '.join(found.topics) or 'nothing that is known'}"
    return ""


def _outdone(one: Filled, filler: Filler, candidate: Candidate) -> str:
    """Why others stand where the story might."""
    section = one.section
    by_rule = [filler.pool[story] for story in one.stories if story not in filler.pinned]
    if not by_rule:
        return "editors filled it"
    last = min(by_rule, key=lambda each: score_at(each, section.half_life))
    if score_at(candidate, section.half_life) > score_at(last, section.half_life):
        return "its source or author had its share of this section"
    return (
        f"full: it takes {section.maximum}, the last {explained(section, last)}; "
        f"this {explained(section, candidate)}"
    )
