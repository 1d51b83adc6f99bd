"""clicks: how often counted links were followed, and by whom as far as they agreed.

Clicks wait in memory for some seconds: until then it shows who opens several links at once, and
many are written together. A process that is killed loses those seconds, and nothing else.
"""

import hashlib
import secrets
import threading
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

import structlog

from digest.deliver.clicks import AT_ONCE, TOGETHER, Hit, judged, says_machine
from digest.model import ClickKind, LinkId, SubscriberId
from digest.steps.known_links import Found, KnownLinks
from digest.store import clicks
from digest.store.engine import writing

log = structlog.get_logger()

#: seconds between two writes
EVERY = 2.0


class Readers(Protocol):
    """The front door of ``subscribers``, as far as clicks use it."""

    def agreed(self, who: Sequence[SubscriberId]) -> Collection[SubscriberId]:
        """Those of them who agree at this moment that their clicks are kept."""

    def active(self, who: Sequence[SubscriberId], at: datetime) -> None:
        """These did something themselves, at ``at``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a request for a link tells."""

    #: names in lower case
    headers: Mapping[str, str]
    #: where it comes from; empty: not known
    place: str
    #: a HEAD is none
    click: bool = True


@dataclass(slots=True)
class ClickCounter:
    """Counts clicks. Safe to share between threads; ``close`` writes the rest."""

    links: KnownLinks
    readers: Readers
    _waiting: list[Hit] = field(default_factory=list, init=False)
    #: counted already; whoever was there a moment ago may have been in a hurry
    _past: list[Hit] = field(default_factory=list, init=False)
    _counts: Counter[tuple[LinkId, datetime, ClickKind]] = field(
        default_factory=Counter, init=False
    )
    _followed: dict[tuple[SubscriberId, LinkId], datetime] = field(default_factory=dict, init=False)
    _salt: tuple[date, bytes] = field(default=(date.min, b""), init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _writes: threading.Lock = field(default_factory=threading.Lock, init=False)
    _closing: threading.Event = field(default_factory=threading.Event, init=False)
    _writer: threading.Thread | None = field(default=None, init=False)

    def begin(self) -> None:
        """Have what waits written every so often, and the links of late issues remembered."""
        with self._lock:
            if self._writer is None and not self._closing.is_set():
                self._writer = threading.Thread(target=self._write_on, name="clicks", daemon=True)
                self._writer.start()

    def note(self, found: Found, request: Request) -> None:
        """Somebody followed a link. Only remembers it, so it costs no time."""
        now, issue = self.links.clock.now(), found.link.issue
        early = found.began is not None and now - found.began < AT_ONCE
        hit = Hit(
            link=found.link.id,
            issue=issue,
            at=now,
            place=self._hashed(request.place, now.date()),
            machine=early or says_machine(request.headers),
            click=request.click,
            reader=self.links.signs.reader(issue, found.ending),
        )
        with self._lock:
            self._waiting.append(hit)
        self.begin()

    def flush(self, *, everything: bool = False) -> None:
        """Write what waited long enough to be judged, or all. What cannot be written waits on."""
        with self._writes:
            self._judge(everything=everything)
            if self._counts:
                self._write()

    def close(self) -> None:
        """Write all, and no more after that."""
        self._closing.set()
        if self._writer is not None:
            self._writer.join()
        self.flush(everything=True)

    def _write_on(self) -> None:
        while not self._closing.wait(EVERY):
            try:
                self.links.warm()
                self.flush()
            except Exception:
                # Nothing is lost: the counts stay in memory for the next time.
                log.exception("clicks_wait")

    def _judge(self, *, everything: bool) -> None:
        now = self.links.clock.now()
        until = now if everything else now - TOGETHER
        with self._lock:
            ripe = [one for one in self._waiting if one.at <= until]
            self._waiting = later = [one for one in self._waiting if one.at > until]
        for hit, kind in judged(ripe, (*self._past, *later)):
            if not hit.click:
                continue
            hour = hit.at.replace(minute=0, second=0, microsecond=0)
            self._counts[hit.link, hour, kind] += 1
            if hit.reader is not None and kind is ClickKind.HUMAN:
                self._followed.setdefault((hit.reader, hit.link), hit.at)
        self._past = [one for one in (*self._past, *ripe) if now - one.at <= 2 * TOGETHER]

    def _write(self) -> None:
        # Who took it back since the mail went is counted as anybody is.
        asked = sorted({who for who, _ in self._followed})
        agreed = set(self.readers.agreed(asked)) if asked else set()
        followed = [(*key, at) for key, at in self._followed.items() if key[0] in agreed]
        with writing(self.links.engine) as connection:
            clicks.add(connection, self._counts)
            clicks.add_readers(connection, followed)
        self._counts, self._followed = Counter(), {}
        if followed:
            self.readers.active(sorted(agreed), max(at for _, _, at in followed))

    def _hashed(self, place: str, day: date) -> bytes:
        if not place:
            return b""
        if self._salt[0] != day:
            self._salt = day, secrets.token_bytes(16)
        return hashlib.blake2b(place.encode(), key=self._salt[1], digest_size=16).digest()
