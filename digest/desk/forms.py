"""The forms of the desk, read into acts. Pure.

A button says what it does and to what: ``do`` is ``up 17``, ``pin 17``, ``remove block 3``. All
else that an act needs are fields of their own.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TypeAlias

from digest.desk import actions
from digest.desk.actions import Action, Restore, Where
from digest.desk.laid_out import WRITTEN
from digest.errors import InvalidError
from digest.model import Block, BlockKind, SectionChange, StoryId

Fields: TypeAlias = Mapping[str, Sequence[str]]


def action(fields: Fields) -> Action | Restore:
    """What a form asks for. Raises InvalidError where it is not complete."""
    verb, _, of = one(fields, "do").partition(" ")
    reader = _READERS.get(verb)
    if reader is None:
        raise InvalidError("this form is not complete", hint="go back and press the button again")
    return reader(of.strip(), fields)


def one(fields: Fields, name: str) -> str:
    """A field that a form has once; empty if it has none."""
    return next(iter(fields.get(name, ())), "")


def about(fields: Fields) -> StoryId | None:
    """The story that a form is about, where it is about one."""
    verb, _, of = one(fields, "do").partition(" ")
    stories = {"up", "down", "top", "move", "pin", "remove", "replace", "release", "edit", "reset"}
    found = of.strip().split(" ")[0]
    return StoryId(int(found)) if verb in stories and _is_number(found) else None


def _number(text: str, least: int = 0) -> int:
    if not _is_number(text) or int(text) < least:
        raise InvalidError(f"{text[:20]!r} is no number that can be used here")
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _story(text: str) -> StoryId:
    return StoryId(_number(text, 1))


def _pin(of: str, fields: Fields) -> Action:
    place = one(fields, "place") or "1"
    return actions.Pin(
        story=_story(of),
        section=one(fields, "section"),
        place=_number(place, 1),
        everyone=bool(one(fields, "everyone")),
    )


def _move(of: str, fields: Fields) -> Action:
    place = _number(one(fields, "place"), 1)
    return actions.Move(story=_story(of), to=place, section=one(fields, "section"))


def _edit(of: str, fields: Fields) -> Action:
    """What differs from what was shown; a field emptied where it may be is empty from now on."""
    changes: dict[str, str | None] = {
        name: one(fields, name)
        for name in WRITTEN
        if name in fields and one(fields, name) != one(fields, f"{name}-seen")
    }
    if one(fields, "no-picture"):
        changes["image_url"] = ""
    return actions.Edit(_story(of), changes)


def _reset(of: str, fields: Fields) -> Action:
    del fields
    story, _, name = of.partition(" ")
    return actions.Edit(_story(story), {name: None})


def _note(of: str, fields: Fields) -> Action:
    return actions.Note(None if of == "usual" else one(fields, "note"))


def written(number: int, fields: Fields) -> Block:
    """The block that a form tells of. Raises InvalidError for a kind or a date that is none."""
    kind = one(fields, "kind")
    if kind not in set(BlockKind):
        raise InvalidError("a block is a text or a sponsor’s")
    return Block(
        id=number,
        kind=BlockKind(kind),
        title=one(fields, "title"),
        text=one(fields, "text"),
        url=one(fields, "url"),
        image=one(fields, "image"),
        alt=one(fields, "alt"),
        label=one(fields, "label"),
        after=one(fields, "after"),
        segments=frozenset(filter(None, fields.get("segment", ()))),
        first=_day(one(fields, "first")),
        last=_day(one(fields, "last")),
    )


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidError(f"{text[:20]!r} is no date", hint="write it as 2026-11-24") from error


def _blocks(of: str, fields: Fields) -> Action:
    what, _, number = of.partition(" ")
    if what == "add":
        return actions.AddBlock(written(0, fields))
    if what == "remove":
        return actions.RemoveBlock(_number(number))
    if what == "move":
        return actions.MoveBlock(_number(number), one(fields, "after"))
    return actions.ChangeBlock(written(_number(number), fields))


def _section(of: str, fields: Fields) -> Action:
    title = one(fields, "title").strip()
    usual = one(fields, "title-usual").strip()
    return actions.ChangeSection(
        SectionChange(
            slug=of,
            hidden=bool(one(fields, "hidden")),
            minimum=_limit(fields, "minimum"),
            maximum=_limit(fields, "maximum"),
            title=title if title and title != usual else None,
        )
    )


def _limit(fields: Fields, name: str) -> int | None:
    """As usual where it was left as it was shown."""
    given = one(fields, name)
    return None if not given or given == one(fields, f"{name}-usual") else _number(given)


_READERS: Mapping[str, Callable[[str, Fields], Action | Restore]] = {
    "pin": _pin,
    "remove": lambda of, _: actions.Remove(_story(of)),
    "replace": lambda of, fields: actions.Replace(_story(of), _story(one(fields, "new"))),
    "up": lambda of, _: actions.Move(story=_story(of), to=Where.UP),
    "down": lambda of, _: actions.Move(story=_story(of), to=Where.DOWN),
    "top": lambda of, _: actions.Move(story=_story(of), to=Where.TOP),
    "move": _move,
    "spare": lambda of, fields: actions.Spare(one(fields, "section"), _story(of)),
    "reserve": lambda of, _: actions.Reserve(of, ()),
    "release": lambda of, _: actions.Release(_story(of)),
    "edit": _edit,
    "reset": _reset,
    "subject": lambda of, fields: actions.Subject("" if of == "usual" else one(fields, "subject")),
    "preheader": lambda of, fields: actions.Preheader(
        "" if of == "usual" else one(fields, "preheader")
    ),
    "note": _note,
    "block": _blocks,
    "section": _section,
    "sections": lambda of, _: actions.OrderSections(tuple(filter(None, of.split(",")))),
    "restore": lambda of, _: Restore(_number(of)),
}
