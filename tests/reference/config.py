"""Every key of config.toml: what it takes and its default by the code, what it means by hand.

Keys that people wrote into one row stay in one row. A key that the page does not know yet comes in
with the comment that stands above it in the code.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from digest.config.settings import Settings
from tests.reference.comments import comments, summary
from tests.reference.page import UNWRITTEN, cells, code, table
from tests.reference.takes import default_of, takes_of

_TABLE = re.compile(r"\[\[?([a-zA-Z_.]+)\]\]?")
_KEY = re.compile(r"`([a-z_]+)`")


@dataclass(frozen=True, slots=True)
class Shape:
    """A table of config.toml, as a class of the code has it."""

    name: str
    #: as one writes it: ``[[editions.sections]]``
    head: str
    cls: type[BaseModel]

    def keys(self) -> dict[str, FieldInfo]:
        """The table's own keys, without the tables below it."""
        return {
            field.alias or name: field
            for name, field in self.cls.model_fields.items()
            if not any(_models(field.annotation)) or self._inline(field)
        }

    def _inline(self, field: FieldInfo) -> bool:
        return all(one.__name__ in INLINE for one in _models(field.annotation))


#: written in one line, where they are set: no table of their own
INLINE = {"ErrorBudget", "Filter"}


def every(body: str) -> str:
    """All tables, each class of tables under one heading: where it stands least deep."""
    places: dict[type[BaseModel], list[Shape]] = {}
    for shape in shapes():
        places.setdefault(shape.cls, []).append(shape)
    groups = _groups(body, [one for shapes in places.values() for one in shapes])
    parts: list[str] = []
    for cls, found in places.items():
        depth = min(one.name.count(".") for one in found)
        first = [one for one in found if one.name.count(".") == depth]
        rows = list(_rows(first[0], groups.get(first[0].name, [])))
        if first[0].head:
            heads = ", ".join(code(one.head) for one in first)
            parts += [f"### {heads}", _about(cls, [one for one in found if one not in first])]
        else:
            parts.append("### At the top")
        if rows:
            parts.append(table(("key", "takes", "default", "means"), rows))
    return "\n\n".join(filter(None, parts))


def _about(cls: type[BaseModel], others: Sequence[Shape]) -> str:
    says = summary(cls).partition("]: ")[2]
    told = [f"{says[:1].upper()}{says[1:]}"] if says else []
    if others:
        told.append(f"The same keys stand in {', '.join(code(one.head) for one in others)}.")
    return " ".join(told)


def shapes(cls: type[BaseModel] = Settings, name: str = "", head: str = "") -> Iterator[Shape]:
    """Every table, in the order of the code, one below another."""
    yield Shape(name, head, cls)
    for key, field in cls.model_fields.items():
        for model in _models(field.annotation):
            if model.__name__ in INLINE:
                continue
            below = ".".join(filter(None, [name, field.alias or key]))
            if get_origin(field.annotation) is dict:
                below += ".NAME"
            listed = get_origin(field.annotation) is tuple
            yield from shapes(model, below, f"[[{below}]]" if listed else f"[{below}]")


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for one in get_args(annotation):
        yield from _models(one)


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands on the page; without keys a note on the row before."""

    keys: tuple[str, ...]
    means: str


def _groups(body: str, known: Sequence[Shape]) -> dict[str, list[Row]]:
    """Table → its rows now. A table is named by a heading, or in bold in a row's first cell."""
    keys_of = {one.name: set(one.keys()) for one in known}
    found: dict[str, list[Row]] = {}
    tables = [""]
    for line in body.splitlines():
        row = cells(line)
        named = _TABLE.findall(line if line.startswith("#") else row[0] if row else "")
        if named or line.startswith("#"):
            tables = named or [""]
        if not row or row[0] in {"key", "---"} or not row[-1]:
            continue
        keys = tuple(_KEY.findall(re.sub(r"\*\*.*?\*\*", "", row[0])))
        for name in tables:
            owner = name
            while owner and keys and not set(keys) & keys_of.get(owner, set()):
                owner = owner.rpartition(".")[0]
            found.setdefault(owner, []).append(Row(keys, row[-1]))
    return found


def _rows(shape: Shape, groups: Sequence[Row]) -> Iterator[tuple[str, str, str, str]]:
    fields, told = shape.keys(), {**comments(shape.cls)}
    said: set[str] = set()
    for row in groups:
        keys = [key for key in row.keys if key in fields]
        said.update(keys)
        if keys:
            yield _row(keys, fields, row.means)
        elif not row.keys:
            yield ("", "", "", row.means)
    for key in fields:
        if key not in said:
            yield _row([key], fields, told.get(key, UNWRITTEN))


def _row(
    keys: Sequence[str], fields: dict[str, FieldInfo], means: str
) -> tuple[str, str, str, str]:
    takes = [takes_of(fields[key]) for key in keys]
    defaults = [default_of(fields[key]) for key in keys]
    return (
        ", ".join(code(key) for key in keys),
        _together(takes, "; "),
        _together(defaults, "; "),
        means,
    )


def _together(told: Sequence[str], between: str) -> str:
    return told[0] if len(set(told)) == 1 else between.join(one or "none" for one in told)
