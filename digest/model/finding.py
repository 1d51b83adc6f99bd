"""Findings: what preflight says of a mail before it goes."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a finding matters."""

    PASS = "pass"  # noqa: S105 - no password
    #: an editor should look; the issue goes
    WARN = "warn"
    #: the issue does not go, unless an editor takes it on themselves
    BLOCK = "block"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at in a mail: where, why, and how to mend it."""

    #: which check: ``size``, ``links``…; stable, so that an editor can allow it by name
    check: str
    level: Level
    #: what was seen, in one sentence
    why: str
    #: the part, story or header meant; empty: the mail as a whole
    where: str = ""
    #: how to mend it; empty where nothing is wrong
    fix: str = ""
