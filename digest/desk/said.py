"""What an editor's act came to, in one line: read out to those who cannot see it. Pure."""

from collections.abc import Sequence

from digest.model import StoryId

#: (section, story) in an issue's order
Shown = Sequence[tuple[str, StoryId]]


def said(story: StoryId | None, name: str, before: Shown, after: Shown, told: Sequence[str]) -> str:
    """``“Night trains”: story 3 of 9, moved to 2``; else the first of ``told``, what changed.

    ``story`` is the one that the act was about, ``name`` its headline.
    """
    was, now = _place(before, story), _place(after, story)
    if now is not None and was != now:
        section, place, of = now
        if was is not None and was[0] == section:
            return f"“{name}”: story {was[1]} of {of}, moved to {place}"
        return f"“{name}”: now story {place} of {of} in {section}"
    if now is None and was is not None:
        return f"“{name}” no longer stands in {was[0]}"
    first = next(iter(told), "Nothing changed")
    return f"{first}; and {len(told) - 1} more" if len(told) > 1 else first


def _place(shown: Shown, story: StoryId | None) -> tuple[str, int, int] | None:
    """The section of a story, its place there from 1, and how many stand there."""
    section = next((one for one, key in shown if key == story), None)
    if section is None:
        return None
    there = [key for one, key in shown if one == section]
    return section, there.index(story) + 1, len(there)  # type: ignore[arg-type]  # it is among them
