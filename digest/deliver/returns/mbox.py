"""An mbox file, as a mail server appends to it.

Its mails are moved, under both usual locks, into a file beside it (``.reading``), worked off there
and then gone; those that a person should see are appended to a third (``.kept``).
"""

import mailbox
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from digest.deliver.returns.boxes import Mail, MailboxError, OpenBox
from digest.deliver.returns.returned import LARGEST


@dataclass(frozen=True, slots=True)
class Mbox:
    """An mbox file; one that is not there yet has no mail."""

    path: Path

    @contextmanager
    def opened(self) -> Iterator[OpenBox]:
        """Take what came. Raises MailboxError, also while another program holds the file."""
        reading, kept = (self.path.with_name(self.path.name + end) for end in (".reading", ".kept"))
        try:
            if not reading.exists() and self.path.exists() and self.path.stat().st_size:
                _take(self.path, reading)
            yield (opened := _Taken(reading, kept))
            opened.finish()
        except mailbox.ExternalClashError as error:
            raise MailboxError("another program holds the mbox") from error
        except OSError as error:
            raise MailboxError(f"the mbox cannot be used: {error.strerror}") from error


@dataclass(slots=True)
class _Taken:
    """The mails that were taken out of an mbox."""

    reading: Path
    kept_file: Path
    _keep: list[Any] = field(default_factory=list)
    #: read, and neither done nor kept yet
    _open: set[str] = field(default_factory=set)
    _all: bool = False

    def unread(self) -> Iterator[Mail]:
        """All of them."""
        if self.reading.exists():
            box = mailbox.mbox(self.reading, create=False)
            for key in box.iterkeys():
                self._open.add(str(key))
                with box.get_file(key) as opened:
                    yield Mail(str(key), opened.read(LARGEST))
            box.close()
        self._all = True

    def done(self, key: str) -> None:
        """It goes with the file."""
        self._open.discard(key)

    def keep(self, key: str) -> None:
        """It is copied before the file goes."""
        self._open.discard(key)
        # typeshed calls its keys strings; they are numbers.
        self._keep.append(int(key))

    def kept(self) -> list[str]:
        """Where those kept stand in their file, with those that ``finish`` is to put there."""
        earlier = 0
        if self.kept_file.exists():
            box = mailbox.mbox(self.kept_file, create=False)
            earlier = len(box)
            box.close()
        places = range(1, earlier + len(self._keep) + 1)
        return [f"{self.kept_file.name} {place}" for place in places]

    def finish(self) -> None:
        """If all of it is committed: copy what is kept, and forget the rest."""
        if not self._all or self._open or not self.reading.exists():
            return
        if self._keep:
            self._copy()
        self.reading.unlink()

    def _copy(self) -> None:
        box = mailbox.mbox(self.reading, create=False)
        with self.kept_file.open("ab") as kept:
            for key in self._keep:
                with box.get_file(key, from_=True) as opened:
                    while piece := opened.read(LARGEST):
                        kept.write(piece)
                kept.write(b"\n")
            kept.flush()
            os.fsync(kept.fileno())
        box.close()


def _take(path: Path, reading: Path) -> None:
    """Move the mails of ``path`` into ``reading``; killed in between, they are in both."""
    box = mailbox.mbox(path, create=False)
    box.lock()
    try:
        part = reading.with_name(reading.name + ".part")
        with path.open("r+b") as source, part.open("wb") as copy:
            while piece := source.read(1 << 20):
                copy.write(piece)
            copy.flush()
            os.fsync(copy.fileno())
            part.rename(reading)
            source.truncate(0)
    finally:
        box.unlock()
        box.close()
