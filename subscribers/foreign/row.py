"""One person as another system's export tells of them, in our words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Standing(StrEnum):
    """Whether the other system would mail them."""

    WELCOME = "welcome"
    #: they left there, or complained: never to be mailed from here either
    LEFT = "left"
    #: mail did not reach them
    BOUNCED = "bounced"
    #: asked, never confirmed: nothing is stored
    UNCONFIRMED = "unconfirmed"


#: standings that become a suppression
LEAVERS = frozenset({Standing.LEFT, Standing.BOUNCED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignRow:
    """``cells`` are by our own columns (rows.py), as text."""

    cells: Mapping[str, str]
    standing: Standing = Standing.WELCOME
    #: when they left, as the export writes it; empty where it does not say
    left_at: str = ""
    #: the name of the list they left, where they left but one
    left_list: str = ""
    #: column → words to be looked for among regions, topics and editions: groups, lists
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)


#: a record by its column's names in lower case → the person
Translate = Callable[[Mapping[str, str]], ForeignRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How one system exports its people."""

    name: str
    #: columns without which nobody can tell who may be mailed, in lower case; the address first
    needs: tuple[str, ...]
    translate: Translate
    #: files it consists of begin so, in lower case; empty: any CSV
    files: tuple[str, ...] = ()
    #: whether only the file's name tells who may be mailed
    by_name: bool = False
    #: quotes within cells are written with a backslash
    backslashes: bool = False


def joined(*parts: str) -> str:
    """First and last name as one."""
    return " ".join(part for part in (one.strip() for one in parts) if part)


def consent(system: str, ip: str) -> str:
    """Where they said yes: the system they came from, and from which address on the net."""
    return f"brought along from {system}" + (f", opt-in from {ip.strip()}" if ip.strip() else "")


def moment(*given: str) -> str:
    """The first time that is told, as ISO 8601."""
    return next((one.strip().replace(" ", "T", 1) for one in given if one.strip()), "")
