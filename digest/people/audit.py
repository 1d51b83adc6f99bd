"""The record of who did what at the desk, as a chain: each entry is sealed with the one before.

A seal is an HMAC with a key that the database does not hold, so whoever can write there alone can
neither change an entry nor put one in between unseen. What they can do is cut the end off: who
keeps the last seal elsewhere finds that out too (``anchor``). Pure.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

#: what the first entry follows
START = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something that somebody did. Never a body, a secret or a reader's address."""

    at: datetime
    #: the name they had then
    who: str
    #: none: on the command line, or at the machine itself
    person: int | None
    #: such as ``login`` or ``roles``
    what: str
    #: what it happened to, such as ``person 3`` or ``issue 12``
    about: str = ""
    #: short values, or the hash of a long one
    before: str = ""
    after: str = ""
    #: the IP address it came from; empty on the command line
    place: str = ""
    #: the first digits of the session's hash
    session: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An act in the record."""

    id: int
    act: Act
    seal: str = field(default=START)

    @classmethod
    def after(cls, previous: Self | None, act: Act, key: bytes) -> Self:
        """The entry that follows ``previous``."""
        number = previous.id + 1 if previous else 1
        return cls(id=number, act=act, seal=_seal(key, number, act, _last(previous)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a look through the whole record found."""

    entries: int
    #: the number of the first entry that is not as it was written; none: all are
    broken: int | None
    #: whether the anchor is among the seals; None where none was given
    anchored: bool | None
    #: the last good seal: keep it elsewhere
    last: str

    @property
    def sound(self) -> bool:
        """Whether nothing was changed, added or cut off, as far as can be told."""
        return self.broken is None and self.anchored is not False


def verify(entries: Iterable[Entry], key: bytes, anchor: str = "") -> Verdict:
    """Look through the record from its start, in its order."""
    previous: Entry | None = None
    found = not anchor
    for entry in entries:
        expected = Entry.after(previous, entry.act, key)
        if entry.id != expected.id or not hmac.compare_digest(entry.seal, expected.seal):
            return _verdict(previous, expected.id, found if anchor else None)
        found = found or entry.seal == anchor
        previous = entry
    return _verdict(previous, None, found if anchor else None)


def _verdict(last: Entry | None, broken: int | None, anchored: bool | None) -> Verdict:
    number = last.id if last else 0
    return Verdict(entries=number, broken=broken, anchored=anchored, last=_last(last))


def _last(entry: Entry | None) -> str:
    return entry.seal if entry else START


def _seal(key: bytes, number: int, act: Act, previous: str) -> str:
    told = [
        previous,
        number,
        act.at.astimezone(UTC).isoformat(timespec="microseconds"),
        act.who,
        act.person,
        act.what,
        act.about,
        act.before,
        act.after,
        act.place,
        act.session,
    ]
    # A JSON list: no value can pass for a part of its neighbour.
    text = json.dumps(told, ensure_ascii=True, separators=(",", ":"))
    return hmac.digest(key, text.encode(), hashlib.sha256).hex()
