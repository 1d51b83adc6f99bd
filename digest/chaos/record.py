"""What a server of ours has seen: an append-only file, flushed before the client hears of it.

The proof counts from this alone. One line an entry: a letter and its value, parted by a tab.
"""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Entry(StrEnum):
    """What one line says."""

    #: took a message for this address; may come twice, then it is a duplicate
    ACCEPTED = "A"
    #: refused this address for good
    REFUSED = "R"
    #: played a fault, after which nobody can know; the value says which
    FAULT = "F"
    #: so many connections are open now
    CONNECTIONS = "C"
    #: what the server would tell of a message by its webhook, as JSON
    EVENT = "E"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a record says."""

    accepted: Mapping[str, int]
    refused: frozenset[str]
    faults: Mapping[str, int]
    #: the most connections that were open at a time
    connections: int
    #: what would be told by webhook, in the order of acceptance
    events: Sequence[str] = ()


class Record:
    """Written by one server process."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self.path = path

    def add(self, entry: Entry, *values: str) -> None:
        """Write entries down and flush them to the disk."""
        os.write(self._descriptor, "".join(f"{entry}\t{one}\n" for one in values).encode())
        os.fsync(self._descriptor)


def read(path: Path) -> Told:
    """What stands in a record."""
    accepted: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    refused: set[str] = set()
    events: list[str] = []
    connections = 0
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        entry, _, value = line.partition("\t")
        if entry == Entry.ACCEPTED:
            accepted[value] += 1
        elif entry == Entry.REFUSED:
            refused.add(value)
        elif entry == Entry.FAULT:
            faults[value] += 1
        elif entry == Entry.EVENT:
            events.append(value)
        else:
            connections = max(connections, int(value))
    return Told(
        accepted=accepted,
        refused=frozenset(refused),
        faults=faults,
        connections=connections,
        events=events,
    )
