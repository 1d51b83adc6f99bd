"""Why a story of the pool stands where it stands, and why not elsewhere: for a person. Pure."""

from collections.abc import Iterable, Iterator

from digest.curate.fill import Filled, Filler, explained, reason
from digest.model import Candidate, Section, StoryId, Take


def in_pool(
    sections: Iterable[Section], filler: Filler, filled: list[Filled], key: StoryId
) -> Iterator[str]:
    """Section by section, why a story of the pool stands in the issue or does not."""
    candidate = filler.pool[key]
    if key in filler.removed:
        yield "an editor removed it from this issue"
    if candidate.copies:
        others = ", ".join(map(str, candidate.copies))
        yield f"stands for copies of it: {others}"
    if candidate.update:
        yield "it was sent before and comes again as an update"
    by_section = {one.section.slug: one for one in filled}
    for section in sections:
        one = by_section.get(section.slug)
        if one is not None and key in one.stories:
            yield _standing(one, filler, candidate)
            return
        yield f"{section.slug}: {_not_in(section, one, filler, filled, candidate)}"


def _standing(one: Filled, filler: Filler, candidate: Candidate) -> str:
    place = one.stories.index(candidate.stored.id) + 1
    pinned = candidate.stored.id in filler.pinned
    told = "an editor placed it" if pinned else reason(one.section, candidate)
    return f"{one.section.slug} {place}: {told}"


def _not_in(
    section: Section,
    one: Filled | None,
    filler: Filler,
    filled: list[Filled],
    candidate: Candidate,
) -> str:
    """Why a section does not hold a story that is in the pool."""
    found = candidate.stored.classification
    if section.take is Take.PICKS:
        if candidate.pick is None:
            return "no editors’ pick"
    else:
        if section.region is not None and section.region not in found.regions:
            return f"plays in {', '.join(found.regions) or 'no region that is known'}"
        if section.topic is not None and section.topic not in found.topics:
            return f"is about {', '.join(found.topics) or 'nothing that is known'}"
    mates = {mate.stored.id for mate in filler.mates(candidate.stored.id)}
    for other in filled:
        if shown := mates & set(other.stories):
            return f"told by story {min(shown)} in {other.section.slug}"
    if one is None:
        return f"the section holds fewer than its minimum of {section.minimum}"
    last = filler.pool[one.stories[-1]]
    return (
        f"full: it takes {section.maximum}, the last {explained(section, last)}; "
        f"this {explained(section, candidate)}"
    )
