"""Which countries an area of the world holds: the UN's M49, as CLDR keeps it.

Part of the gazetteer, in a small file of its own: who only shows regions reads no names of towns.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Protocol


class Within(Protocol):
    """Knows which countries an area holds."""

    def within(self, area: str) -> frozenset[str]:
        """The countries of an M49 area, at any depth."""
        ...


@dataclass(frozen=True, slots=True)
class Areas:
    """The areas of the world."""

    #: M49 code → codes of areas and countries in it
    tree: Mapping[str, Collection[str]]
    #: ISO 3166-1 alpha-2
    countries: Collection[str]

    def within(self, area: str) -> frozenset[str]:
        """The countries of an M49 area, at any depth."""
        if area not in self.tree:
            return frozenset({area}) if area in self.countries else frozenset()
        return frozenset().union(*(self.within(part) for part in self.tree[area]))


@cache
def load() -> Areas:
    """Reads digest/data/areas.json, once in a process."""
    told = json.loads((resources.files("digest.data") / "areas.json").read_text("utf-8"))
    return Areas(tree=told["tree"], countries=frozenset(told["countries"]))
