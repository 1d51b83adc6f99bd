"""Feed documents parsed in worker processes that can be killed and are replaced.

A worker is kept and used again, so a feed costs its parsing and no process start. One that takes
too long or dies is replaced at the next document, and its document is a SourceError.
"""

import json
import os
import queue
import select
import struct
import subprocess
import sys
import time
import weakref
from pathlib import Path
from typing import Self

import structlog

import digest
from digest.errors import SourceError
from digest.sources.entries import ParsedFeed, load

log = structlog.get_logger()

#: the longest an answer may be; far above what MAX_ENTRIES entries of news come to
_LONGEST_ANSWER = 200_000_000


class TooCostlyError(SourceError):
    """The document takes more time or memory than a feed may."""


class UnreadableError(SourceError):
    """A parser gave up on the document."""


class FeedParser:
    """Parses feeds for any number of threads on at most ``workers`` processes.

    ``seconds`` is the longest one document may take by the clock; the workers bound their own
    processor time and memory. Close it, or use it in a ``with`` statement.
    """

    def __init__(self, workers: int = 2, seconds: float = 20) -> None:
        self._seconds = seconds
        self._idle: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        for _ in range(workers):
            self._idle.put(None)
        self._finalizer = weakref.finalize(self, _stop, self._idle)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the idle workers. It may be used again afterwards."""
        _stop(self._idle)

    def parse(self, body: bytes, charset: str = "") -> ParsedFeed:
        """What the document says; a ParsedFeed without version where it is no feed.

        Raises SourceError where it cannot be read within the bounds.
        """
        worker = self._idle.get()
        try:
            worker = worker if worker is not None and worker.alive() else _Worker()
            reply = worker.ask(body, charset, self._seconds)
        except BaseException as error:
            # whatever it was, an answer may still be on its way: never use this worker again
            if worker is not None:
                worker.kill()
                log.warning("worker_replaced", worker="feed parser", why=type(error).__name__)
            worker = None
            if not isinstance(error, (OSError, EOFError, ValueError)):
                raise
            raise TooCostlyError(
                "the document takes more time or memory to read than a feed should",
                hint="Ask the publisher for a smaller feed",
            ) from error
        finally:
            self._idle.put(worker)
        return _checked(reply)


def _stop(idle: "queue.LifoQueue[_Worker | None]") -> None:
    slots = idle.qsize()
    for _ in range(slots):
        try:
            worker = idle.get_nowait()
        except queue.Empty:
            break
        if worker is not None:
            worker.kill()
        idle.put(None)


def _checked(reply: dict[str, object]) -> ParsedFeed:
    feed = reply.get("feed")
    if isinstance(feed, dict):
        return load(feed)
    raise UnreadableError(
        f"the document cannot be read ({reply.get('error')})",
        hint="Check that the address opens as a feed in a feed reader",
    )


class _Worker:
    """One process of parse_worker.py."""

    def __init__(self) -> None:
        # nothing of our environment: it may hold secrets, and the worker reads hostile input
        home = Path(digest.__file__).resolve().parents[1]
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "digest.sources.parse_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": str(home)},
        )

    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, body: bytes, charset: str, seconds: float) -> dict[str, object]:
        """One request and its answer. Raises TimeoutError, EOFError or OSError."""
        until = time.monotonic() + seconds
        assert self._process.stdin is not None
        name = charset.encode("latin-1", "replace")[:100]
        self._process.stdin.write(struct.pack(">II", len(name), len(body)) + name + body)
        self._process.stdin.flush()
        (size,) = struct.unpack(">I", self._read(4, until))
        if size > _LONGEST_ANSWER:
            raise EOFError
        reply: dict[str, object] = json.loads(self._read(size, until))
        return reply

    def _read(self, size: int, until: float) -> bytes:
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        data = bytearray()
        while len(data) < size:
            if not poll.poll(max(0, until - time.monotonic()) * 1000):
                raise TimeoutError
            chunk = os.read(descriptor, min(size - len(data), 1 << 20))
            if not chunk:
                raise EOFError
            data += chunk
        return bytes(data)

    def kill(self) -> None:
        """End it and wait until it is gone."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue  # what was buffered for a dead process
