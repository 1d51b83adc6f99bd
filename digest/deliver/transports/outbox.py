"""The outbox: each message as files in a folder, nothing sent to anybody.

Names follow from what a message is, and a file appears whole or not at all. So a send that is
killed and run again leaves one file per reader, and the files themselves are the evidence.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

from digest.deliver.transports import outbox_pages
from digest.deliver.transports.answer import outcome, refused
from digest.errors import DigestError, TransportError
from digest.model import DeliveryState, Message, Outcome
from digest.protocols import Journal
from digest.render.tokens import fill


class Outbox:
    """``<folder>/<issue>/<ref>.eml``, beside it the HTML part, and index pages over them."""

    name = "outbox"
    batch_size = 200

    def __init__(self, folder: Path, write: Callable[[Message], bytes]) -> None:
        self._folder = folder
        self._write = write

    def send(self, batch: str, messages: Sequence[Message], journal: Journal) -> Iterator[Outcome]:
        """Write each message. Raises TransportError when the folder cannot be written."""
        try:
            # The journal needs no entry before each file: the files are the better evidence.
            journal.handing_over(message.subscriber for message in messages)
            for message in messages:
                answer = self._put(message)
                journal.settled([answer])
                yield answer
            self._show(messages)
        except OSError as error:
            raise TransportError(
                f"the outbox cannot be written: {error.strerror}",
                hint="check [sending] outbox, free space and permissions",
                batch=batch,
            ) from error

    def evidence(self, messages: Sequence[str]) -> Mapping[str, DeliveryState]:
        """A file that is there was written whole; one that is not was not."""
        return {
            ref: DeliveryState.ACCEPTED if self._path(ref).exists() else DeliveryState.PLANNED
            for ref in messages
        }

    def held(self, refs: Iterable[str]) -> list[str]:
        """Of these messages, those whose files are here."""
        return [ref for ref in refs if any(one.exists() for one in self._files(ref))]

    def forget(self, refs: Iterable[str]) -> None:
        """Remove these messages' files, and what the index pages show of them. Raises OSError."""
        folders = set()
        for ref in refs:
            for one in self._files(ref):
                one.unlink(missing_ok=True)
            folders.add(self._path(ref).parent)
        for folder in folders:
            if folder.exists():
                _replace(folder / "index.html", outbox_pages.issue_page(folder), os.getpid())
        if folders and self._folder.exists():
            _replace(self._folder / "index.html", outbox_pages.top_page(self._folder), os.getpid())

    def _files(self, ref: str) -> tuple[Path, ...]:
        path = self._path(ref)
        shown = path.with_suffix(".html")
        return (path, shown, _unfinished(path), _unfinished(shown))

    def _put(self, message: Message) -> Outcome:
        try:
            data = self._write(message)
        except DigestError as error:
            return refused(message, error)
        path = self._path(message.ref)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _replace(path.with_suffix(".html"), _shown(message).encode("utf-8", "replace"))
        # Last, since this one is the evidence.
        _replace(path, data)
        return outcome(message, DeliveryState.ACCEPTED, "written")

    def _path(self, ref: str) -> Path:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", ref):
            raise ValueError(f"a message cannot be called {ref!r}")
        return self._folder / ref.partition("-")[0] / f"{ref}.eml"

    def _show(self, messages: Sequence[Message]) -> None:
        for folder in {self._path(message.ref).parent for message in messages}:
            if folder.exists():
                _replace(folder / "index.html", outbox_pages.issue_page(folder), os.getpid())
        if self._folder.exists():
            _replace(self._folder / "index.html", outbox_pages.top_page(self._folder), os.getpid())


def _shown(message: Message) -> str:
    """The HTML part; of a mail that has none its text as a page."""
    if not message.variant.plain:
        return fill(message.variant.html, message.tokens, html=True)
    text = escape(fill(message.variant.text, message.tokens, html=False))
    return f'<!doctype html><meta charset="utf-8"><title>Text</title><pre>{text}</pre>\n'


def _replace(path: Path, data: bytes, writer: int = 0) -> None:
    """Put ``data`` at ``path``, at once or not at all. ``writer`` where several may want to."""
    unfinished = _unfinished(path, writer)
    unfinished.write_bytes(data)
    unfinished.replace(path)


def _unfinished(path: Path, writer: int = 0) -> Path:
    return path.with_name(f".{path.name}.{writer}.unfinished")
