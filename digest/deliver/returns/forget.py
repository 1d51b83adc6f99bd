"""Mails that came back and are still in our mailbox, taken out of it: one person's, or old ones.

Of a maildir and an mbox, which are files of ours; imap.py does it of an IMAP folder, whose old ones
are its owner's to delete.
"""

import mailbox
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from digest.deliver.hooks.values import Whose
from digest.deliver.marks import Marks
from digest.deliver.returns.returned import LARGEST, read

Which = Callable[[bytes], bool]


class KeptMails(Protocol):
    """Mails in a mailbox of ours."""

    def naming(self, which: Which, *, remove: bool) -> int:
        """How many mails ``which`` holds for; with ``remove`` they go.

        Raises OSError and MailboxError.
        """

    def older(self, before: datetime, *, remove: bool) -> int:
        """The same of those that were read, and came before. Raises OSError."""


@dataclass(frozen=True, slots=True)
class KeptMaildir:
    """A maildir, with what was read of it and marked as done."""

    path: Path

    def naming(self, which: Which, *, remove: bool) -> int:
        """Those that are read and those that are not."""
        found = [one for one in self._files() if which(_start(one))]
        return _gone(found, remove=remove)

    def older(self, before: datetime, *, remove: bool) -> int:
        """Those marked as done (S), or kept for a person who had the time to look (F)."""
        limit = before.timestamp()
        seen = (one for one in self._files() if {"S", "F"} & set(one.name.partition(":2,")[2]))
        return _gone([one for one in seen if _came(one) < limit], remove=remove)

    def _files(self) -> Iterator[Path]:
        for folder in ("new", "cur"):
            if (self.path / folder).is_dir():
                yield from (self.path / folder).iterdir()


@dataclass(frozen=True, slots=True)
class KeptMbox:
    """An mbox, with those of its mails that were kept for a person."""

    path: Path

    def naming(self, which: Which, *, remove: bool) -> int:
        """Those that came, that are being read, and that were kept."""
        ends = ("", ".reading", ".kept")
        return sum(
            self._of(self.path.with_name(self.path.name + end), which, remove) for end in ends
        )

    def older(self, before: datetime, *, remove: bool) -> int:
        """None: those that are done are gone already, and the others wait for a person."""
        del before, remove
        return 0

    @staticmethod
    def _of(path: Path, which: Which, remove: bool) -> int:
        if not path.exists():
            return 0
        box = mailbox.mbox(path, create=False)
        box.lock()
        try:
            found = [key for key in box.iterkeys() if which(box.get_bytes(key)[:LARGEST])]
            if found and remove:
                for key in found:
                    box.remove(key)
                box.flush()
            return len(found)
        finally:
            box.unlock()
            box.close()


def naming(who: int, address: str | None, marks: Marks, whose: Whose) -> Which:
    """Whether a mail names this person: by the mark of a message to them, or their address."""
    plain = address.casefold().encode() if address else None

    def holds(raw: bytes) -> bool:
        if plain is not None and plain in raw.lower():
            return True
        told = read(raw, marks, leave=False)
        if address and address.casefold() in {one.casefold() for one in told.about}:
            return True
        return any(one is not None and one[1] == who for one in map(whose, told.refs))

    return holds


def _start(path: Path) -> bytes:
    # Another process may have been quicker.
    with suppress(FileNotFoundError), path.open("rb") as opened:
        return opened.read(LARGEST)
    return b""


def _came(path: Path) -> float:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime
    return float("inf")


def _gone(found: list[Path], *, remove: bool) -> int:
    if remove:
        for one in found:
            one.unlink(missing_ok=True)
    return len(found)
