"""The keys of one letter that act upon an issue's page: each can be another, or none. Pure.

A key that acts without Ctrl or Alt gets in the way of who dictates or trembles: WCAG 2.1.4 wants
it switched off, or changed.
"""

from collections.abc import Mapping
from typing import Final, TypeAlias

from digest.errors import InvalidError

#: what is done → the key that does it; empty: none does
Keys: TypeAlias = Mapping[str, str]

#: the acts in the order in which they are told, each with its usual key
USUAL: Final[Keys] = {
    "next": "j",
    "before": "k",
    "edit": "e",
    "pin": "p",
    "remove": "r",
    "search": "/",
    "help": "?",
}
#: the same for a person
TOLD: Final[Mapping[str, str]] = {
    "next": "next story",
    "before": "the story before",
    "edit": "edit it",
    "pin": "pin it from the pool",
    "remove": "remove it",
    "search": "search the pool",
    "help": "the sheet of keys",
}


def chosen(fields: Keys) -> Keys:
    """The keys that somebody chose; what is not named has none. Raises InvalidError."""
    keys = {act: fields.get(act, "").strip() for act in USUAL}
    taken: dict[str, str] = {}
    for act, key in keys.items():
        if len(key) > 1 or not key.isprintable():
            raise InvalidError(f"{TOLD[act]}: a key is one letter or sign, or nothing")
        if key and key in taken:
            raise InvalidError(f"{key} is for two things: {taken[key]}, and {TOLD[act]}")
        taken[key] = TOLD[act]
    return keys


def kept(keys: object) -> Keys:
    """Keys as they were stored; the usual ones where none were."""
    if not isinstance(keys, dict):
        return USUAL
    return {act: str(keys.get(act, "")) for act in USUAL}
