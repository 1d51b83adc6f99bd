"""Why a story of the pool stands where it stands, and why not elsewhere: for a person. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from digest.curate.fill import Filled, Filler, briefly, explained, reason
from digest.curate.rank import score_at
from digest.model import Candidate, Section, StoryId, Take

#: tells a story's score as a section counts it
Scored: TypeAlias = Callable[[Section, Candidate], str]

REMOVED = "an editor removed it from this issue"


def in_pool(
    sections: Iterable[Section], filler: Filler, filled: Sequence[Filled], key: StoryId
) -> Iterator[str]:
    """Section by section, why a story of the pool stands in the issue or does not."""
    candidate = filler.pool[key]
    if key in filler.removed:
        yield REMOVED
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
        yield f"{section.slug}: {_not_in(section, one, filler, filled, candidate, explained)}"


def in_short(
    sections: Sequence[Section], filler: Filler, filled: Sequence[Filled], candidate: Candidate
) -> str:
    """The one reason that tells an editor most: of the section that would take the story.

    Where it stands, if it does. Part of what ``in_pool`` says, and said for a whole page of a pool.
    """
    key = candidate.stored.id
    if key in filler.removed:
        return REMOVED
    if standing := next((one for one in filled if key in one.stories), None):
        return f"stands in {standing.section.title}, place {standing.stories.index(key) + 1}"
    section = fitting(sections, candidate)
    if section is None:
        return "no section is shown"
    one = next((each for each in filled if each.section.slug == section.slug), None)
    told = _not_in(section, one, filler, filled, candidate, briefly)
    return f"{section.title}: {told}"


def fitting(sections: Iterable[Section], candidate: Candidate) -> Section | None:
    """The section that would take a story by its rule, the narrow before the wide.

    If none does, the first that is shown; None where none is.
    """
    shown = [section for section in sections if not section.hidden]
    found = [section for section in shown if not unfit(section, candidate)]
    narrow = [section for section in found if section.region or section.topic]
    return next(iter((*narrow, *found, *shown)), None)


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
    filled: Sequence[Filled],
    candidate: Candidate,
    scored: Scored,
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
    return _outdone(one, filler, candidate, scored)


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


def _outdone(one: Filled, filler: Filler, candidate: Candidate, scored: Scored) -> str:
    """Why others stand where the story might."""
    section = one.section
    by_rule = [filler.pool[story] for story in one.stories if story not in filler.pinned]
    if not by_rule:
        return "editors filled it"
    last = min(by_rule, key=lambda each: score_at(each, section.half_life))
    if score_at(candidate, section.half_life) > score_at(last, section.half_life):
        return "its source or author had its share of this section"
    return (
        f"full: it takes {section.maximum}, the last {scored(section, last)}; "
        f"this {scored(section, candidate)}"
    )
