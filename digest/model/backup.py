"""Backups: one file each, and what it says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

#: of the file itself; one that is higher than ours is of a later program
FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Summed:
    """What a table holds, to be compared with a copy of it."""

    rows: int
    #: BLAKE2b of each row, added up: the same in whatever order rows come
    checksum: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself."""

    format: int
    #: names this backup for ever; the journal beside the database holds it too
    id: str
    #: the version of the program that made it
    program: str
    #: the moment that it shows
    taken_at: datetime
    #: the kind of database that it was made of
    database: str
    #: package → its newest migration
    schema: Mapping[str, str]
    tables: Mapping[str, Summed]
    #: table → the highest number that it ever gave
    numbers: Mapping[str, int]
    #: of the SQLite file inside
    bytes: int
    sha256: str
    #: tells whether another newsroom's pepper made its hashes; says nothing of it
    pepper: str
    #: flaws that `digest fsck` finds in it, as in what it was made of
    flaws: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup that was made and looked through."""

    file: Path
    manifest: Manifest
    #: of the file as a whole
    bytes: int
    seconds: float
    #: older ones that were removed for it
    removed: tuple[Path, ...] = ()
