"""What changed between two states of an issue, in words. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields

from digest.model import Block, Hand, Overrides, SectionChange, Slot, SlotMode, StoryId

#: stories that one line names
_NAMED = 3

_PLACED = {
    SlotMode.PINNED: "pinned in {section} at {place}",
    SlotMode.EVERYONE: "pinned for everyone in {section} at {place}",
    SlotMode.REMOVED: "taken out",
}


def told(before: Hand, after: Hand, names: Mapping[StoryId, str]) -> list[str]:
    """What editors decided differently, one line each; ``names`` are the stories' own headlines."""
    return [
        *_placed(before, after, names),
        *_written(before, after, names),
        *_texts(before, after),
        *_blocks(before.blocks, after.blocks),
        *_sections(before.sections, after.sections),
        *_reserves(before, after),
    ]


def summary(
    before: Sequence[tuple[str, StoryId]],
    after: Sequence[tuple[str, StoryId]],
    hands: Sequence[str],
    names: Mapping[StoryId, str],
) -> list[str]:
    """What changed since somebody last looked, in two lines at most.

    One of the stories that came, went or moved, one of what editors did (``hands``, see ``told``).
    ``before`` and ``after`` are (section, story) in the issue's order.
    """
    was, now = [story for _, story in before], [story for _, story in after]
    came = [story for story in now if story not in set(was)]
    went = [story for story in was if story not in set(now)]
    stayed = [one for one in after if one[1] in set(was)]
    moved = [one for one in before if one[1] in set(now)] != stayed
    parts = [
        f"new: {_named(came, names)}" if came else "",
        f"gone: {_named(went, names)}" if went else "",
        "in another order" if moved else "",
    ]
    stories = "; ".join(filter(None, parts))
    shown = "; ".join(hands[:_NAMED])
    more = len(hands) - _NAMED
    return [one for one in (stories, f"{shown}; and {more} more" if more > 0 else shown) if one]


def _named(stories: Sequence[StoryId], names: Mapping[StoryId, str]) -> str:
    some = ", ".join(_name(story, names) for story in stories[:_NAMED])
    more = len(stories) - _NAMED
    return f"{some} and {more} more" if more > 0 else some


def _name(story: StoryId, names: Mapping[StoryId, str]) -> str:
    return f"“{names[story]}”" if story in names else f"story {story}"


def _placed(before: Hand, after: Hand, names: Mapping[StoryId, str]) -> Iterator[str]:
    was = {slot.story: slot for slot in before.placed}
    now = {slot.story: slot for slot in after.placed}
    for story in {**was, **now}:
        if was.get(story) != now.get(story):
            before_, after_ = _place(was.get(story)), _place(now.get(story))
            yield f"{_name(story, names)}: {before_} → {after_}"


def _place(slot: Slot | None) -> str:
    if slot is None:
        return "by rule"
    return _PLACED[slot.mode].format(section=slot.section, place=slot.position + 1)


def _written(before: Hand, after: Hand, names: Mapping[StoryId, str]) -> Iterator[str]:
    for story in {**before.overrides, **after.overrides}:
        was = before.overrides.get(story, Overrides())
        now = after.overrides.get(story, Overrides())
        for field in fields(Overrides):
            one, other = getattr(was, field.name), getattr(now, field.name)
            if one != other:
                name = field.name.replace("_url", "")
                yield f"{_name(story, names)}: {name} {_quoted(one)} → {_quoted(other)}"


def _texts(before: Hand, after: Hand) -> Iterator[str]:
    for name in ("subject", "preheader", "note"):
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            empty = None if name != "note" else ""
            yield f"{name}: {_quoted(was or empty)} → {_quoted(now or empty)}"


def _quoted(text: str | None) -> str:
    if text is None:
        return "as it was told"
    return f"“{text if len(text) <= 80 else text[:79] + '…'}”" if text else "nothing"


def _blocks(before: Sequence[Block], after: Sequence[Block]) -> Iterator[str]:
    was, now = {one.id: one for one in before}, {one.id: one for one in after}
    for number in {**was, **now}:
        one, other = was.get(number), now.get(number)
        if one is None and other is not None:
            yield f"block {number} put in: {_quoted(other.title or other.text)}"
        elif other is None and one is not None:
            yield f"block {number} taken out: {_quoted(one.title or one.text)}"
        elif one is not None and other is not None and one != other:
            changed = ", ".join(
                field.name for field in fields(Block) if _differs(field.name, one, other)
            )
            yield f"block {number} changed: {changed}"
    if [one for one in was if one in now] != [one for one in now if one in was]:
        yield "blocks in another order"


def _sections(before: Sequence[SectionChange], after: Sequence[SectionChange]) -> Iterator[str]:
    was, now = {one.slug: one for one in before}, {one.slug: one for one in after}
    for slug in {**was, **now}:
        one, other = (held.get(slug, SectionChange(slug=slug)) for held in (was, now))
        for field in fields(SectionChange):
            if _differs(field.name, one, other):
                told_ = [getattr(held, field.name) for held in (one, other)]
                first, second = ("as usual" if value is None else value for value in told_)
                yield f"section {slug}: {field.name} {first} → {second}"
    if list(was) != list(now) and (list(now) or list(was)):
        yield f"sections in the order {', '.join(now)}" if now else "sections in their own order"


def _reserves(before: Hand, after: Hand) -> Iterator[str]:
    for section in {**before.reserves, **after.reserves}:
        if before.reserves.get(section) != after.reserves.get(section):
            yield f"reserves of {section} changed"


def _differs(name: str, one: object, other: object) -> bool:
    return bool(getattr(one, name) != getattr(other, name))
