"""Mailboxes that bounces come to: what each offers, and a maildir.

A mail is marked as done only after what it said is committed, so a crash in between makes it be
read again; what is told twice counts once.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from digest.deliver.returns.returned import LARGEST
from digest.errors import DigestError


class MailboxError(DigestError):
    """The mailbox for bounces cannot be used."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, cut at ``LARGEST`` bytes."""

    #: what its mailbox knows it by
    key: str
    raw: bytes


class OpenBox(Protocol):
    """A mailbox at work."""

    def unread(self) -> Iterator[Mail]:
        """Mails that are neither done nor kept, those that were there at the start."""

    def done(self, key: str) -> None:
        """Nobody needs to see this one."""

    def keep(self, key: str) -> None:
        """A person should see this one: it is not read again, and stays."""

    def kept(self) -> list[str]:
        """The names of those that are kept."""


class Mailbox(Protocol):
    """Where bounces come to: one file per kind in this folder."""

    def opened(self) -> AbstractContextManager[OpenBox]:
        """Open it for a while. Raises MailboxError."""


@dataclass(frozen=True, slots=True)
class Maildir:
    """A maildir: done mails are marked as seen (S), kept ones as flagged (F)."""

    path: Path

    @contextmanager
    def opened(self) -> Iterator[OpenBox]:
        """Open it. Raises MailboxError."""
        if not all((self.path / one).is_dir() for one in ("new", "cur")):
            hint = "set [bounces] path to a folder with new, cur and tmp in it"
            raise MailboxError("there is no maildir", hint=hint)
        try:
            yield self
        except OSError as error:
            raise MailboxError(f"the maildir cannot be used: {error.strerror}") from error

    def unread(self) -> Iterator[Mail]:
        """Mails without S and F."""
        found = [*(self.path / "new").iterdir(), *(self.path / "cur").iterdir()]
        for file in sorted(found, key=lambda one: one.name):
            if file.name.startswith(".") or {"S", "F"} & set(_flags(file.name)):
                continue
            # Another process may have been quicker.
            with suppress(FileNotFoundError), file.open("rb") as opened:
                yield Mail(f"{file.parent.name}/{file.name}", opened.read(LARGEST))

    def done(self, key: str) -> None:
        """Mark it as seen."""
        self._mark(key, "S")

    def keep(self, key: str) -> None:
        """Mark it as flagged."""
        self._mark(key, "F")

    def kept(self) -> list[str]:
        """Those flagged."""
        names = (file.name for file in (self.path / "cur").iterdir())
        return sorted(name for name in names if "F" in _flags(name))

    def _mark(self, key: str, flag: str) -> None:
        name = key.partition("/")[2]
        flags = "".join(sorted({*_flags(name), flag}))
        with suppress(FileNotFoundError):
            (self.path / key).rename(self.path / "cur" / f"{name.partition(':')[0]}:2,{flags}")


def _flags(name: str) -> str:
    return name.partition(":2,")[2]
