"""A transport's diary of one batch attempt, in a local file that kill -9 leaves whole.

The first line says whose it is: a claim that never came to be may have left one of the same name.
Then one line an entry: ``D``, tab, subscriber before a hand-over; afterwards a letter for the
answer, subscriber, code and the provider's id. The file is locked while its writer lives, so
whoever can take the lock knows that the writer is gone and the file complete. It is made within the
claim, and goes when the batch is settled.
"""

import fcntl
import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Self

from digest.model import DeliveryState, Outcome, SubscriberId

_LETTERS = {
    DeliveryState.ACCEPTED: "A",
    DeliveryState.REJECTED: "R",
    DeliveryState.DEFERRED: "L",
    DeliveryState.IN_DOUBT: "I",
    #: certainly not sent
    DeliveryState.PLANNED: "P",
}
_STATES = {letter: state for state, letter in _LETTERS.items()}
#: macOS has no fdatasync
_flush = getattr(os, "fdatasync", os.fsync)


class BusyError(Exception):
    """Somebody who lives is writing this journal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a journal says."""

    #: who wrote it, as its claim names them
    owner: str = ""
    #: handed over, whether answered or not
    handed: frozenset[SubscriberId] = frozenset()
    #: the last answer for each
    answers: Mapping[SubscriberId, Outcome]


class FileJournal:
    """A journal that one writer holds. Entries are whole or absent, from any thread."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    @classmethod
    def open(cls, folder: Path, ref: str, owner: str = "") -> Self:
        """Begin the journal called ``ref``, empty. Raises BusyError if another has it."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        journal = cls._locked(_file(folder, ref), os.O_CREAT)
        # Left by an earlier database whose numbers began at 1 too.
        os.ftruncate(journal._descriptor, 0)
        journal._write(f"O\t{_plain(owner)}\n")
        return journal

    @classmethod
    def found(cls, folder: Path, ref: str) -> Self | None:
        """Take over the journal of a writer who is gone; None if there is none here.

        Raises BusyError while its writer lives.
        """
        try:
            return cls._locked(_file(folder, ref), 0)
        except FileNotFoundError:
            return None

    @staticmethod
    def refs(folder: Path) -> list[str]:
        """What journals there are, whoever holds them."""
        return sorted(file.stem for file in folder.glob("*.log"))

    @classmethod
    def _locked(cls, path: Path, flags: int) -> Self:
        while True:
            descriptor = os.open(path, os.O_RDWR | os.O_APPEND | flags, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                raise BusyError(path.name) from None
            if _is_there(path, descriptor):
                return cls(path, descriptor)
            # Its last holder removed it between our two calls: a lock on nothing.
            os.close(descriptor)

    def handing_over(self, subscribers: Iterable[SubscriberId]) -> None:
        """From now on these may be accepted without our knowing. Survives a power failure."""
        self._write("".join(f"D\t{subscriber}\n" for subscriber in subscribers))
        _flush(self._descriptor)

    def settled(self, outcomes: Iterable[Outcome]) -> None:
        """The provider has answered for these."""
        self._write(
            "".join(
                f"{_LETTERS.get(one.state, 'I')}\t{one.subscriber}\t{_plain(one.code)}"
                f"\t{_plain(one.provider_id)}\n"
                for one in outcomes
            )
        )

    def read(self) -> Reading:
        """What stands in it. A last line cut short counts for nothing."""
        length = os.fstat(self._descriptor).st_size
        *whole, _ = os.pread(self._descriptor, length, 0).decode(errors="replace").split("\n")
        handed: set[SubscriberId] = set()
        answers: dict[SubscriberId, Outcome] = {}
        owner = ""
        for line in whole:
            letter, value, *rest = line.split("\t")
            if letter == "O":
                owner = value
                continue
            who = int(value)
            if letter == "D":
                handed.add(who)
                # Handed over again: the earlier answer was to an earlier hand-over.
                answers.pop(who, None)
            else:
                code, provider_id = rest
                answers[who] = Outcome(
                    subscriber=who, state=_STATES[letter], code=code, provider_id=provider_id
                )
        return Reading(owner=owner, handed=frozenset(handed), answers=answers)

    def discard(self) -> None:
        """All of it stands in the ledger: remove the file."""
        self._path.unlink(missing_ok=True)
        self.close()

    def close(self) -> None:
        """Let go of it. The file stays, as evidence."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _write(self, lines: str) -> None:
        data = lines.encode()
        while data:
            data = data[os.write(self._descriptor, data) :]


def _is_there(path: Path, descriptor: int) -> bool:
    """Whether the open file is still what is found under that name."""
    with suppress(FileNotFoundError):
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    return False


def _file(folder: Path, ref: str) -> Path:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", ref):
        raise ValueError(f"a journal cannot be called {ref!r}")
    return folder / f"{ref}.log"


@lru_cache(256)
def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)[:200]
