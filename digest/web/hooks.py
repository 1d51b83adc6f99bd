"""Where providers post what became of mail: ``/hooks/sendgrid`` and ``/hooks/events``.

Whatever is wrong with a post, the answer is 4xx: a 5xx makes a provider repeat it for a day. An
answer of 2xx says that every event in it that can be used is committed.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from digest.deliver.hooks.signature import Signed
from digest.deliver.hooks.values import BadEventError
from digest.model import DeliveryEvent
from digest.store.pulses import HOOKS
from digest.watch.meter import Meter

log = structlog.get_logger()

#: bytes of a post; SendGrid's are under 768 KB
LARGEST = 4 * 1024 * 1024

#: one event as posted → ours; None if it is not for us. Raises BadEventError
Read: TypeAlias = Callable[[Mapping[str, Any], datetime], DeliveryEvent | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """One path and how what comes there is read."""

    path: str
    #: the headers that hold them
    timestamp: str
    signature: str
    genuine: Callable[[Signed, datetime], bool]
    read: Read
    hear: Callable[[Sequence[DeliveryEvent]], int]
    now: Callable[[], datetime]
    meter: Meter = field(default_factory=Meter)

    def route(self) -> Route:
        """Its page."""
        return Route(self.path, self._answer, methods=["POST"])

    async def _answer(self, request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return _say("too large or broken off", 413)
        told = Signed(
            body=body,
            timestamp=request.headers.get(self.timestamp, ""),
            signature=request.headers.get(self.signature, ""),
        )
        status, text = await run_in_threadpool(self._take, told)
        return _say(text, status)

    def _take(self, told: Signed) -> tuple[int, str]:
        now = self.now()
        if not self.genuine(told, now):
            self.meter.posted(self.path, "not_signed")
            log.warning("hook_not_signed", path=self.path, bytes=len(told.body))
            return 401, "not signed by a key that is known here, or too long ago"
        posted = _events(told.body)
        if posted is None:
            self.meter.posted(self.path, "unreadable")
            log.warning("hook_unreadable", path=self.path, bytes=len(told.body))
            return 400, "not a JSON list of events"
        events, bad = self._read_all(posted, now)
        new = self.hear(events) if events else 0
        self._count(events, new, bad, len(posted), now)
        log.info("hook", path=self.path, posted=len(posted), ours=len(events), new=new, bad=bad)
        return 200, f"{len(events)} of {len(posted)} are ours, {bad} cannot be used"

    def _count(
        self, events: Sequence[DeliveryEvent], new: int, bad: int, posted: int, now: datetime
    ) -> None:
        self.meter.posted(self.path, "taken")
        self.meter.done(HOOKS)
        known, foreign = len(events) - new, posted - len(events) - bad
        for result, count in (("new", new), ("known", known), ("foreign", foreign), ("bad", bad)):
            self.meter.heard(self.path, result, count)
        for event in events:
            self.meter.lagged(self.path, max((now - event.at).total_seconds(), 0.0))

    def _read_all(self, posted: Sequence[object], now: datetime) -> tuple[list[DeliveryEvent], int]:
        """Those that are ours, and how many cannot be used: none of them loses the others."""
        events, bad = [], 0
        for one in posted:
            try:
                event = self.read(_checked(one), now)
            except BadEventError:
                bad += 1
                continue
            if event is not None:
                events.append(event)
        return events, bad


def _checked(one: object) -> Mapping[str, Any]:
    if not isinstance(one, Mapping):
        raise BadEventError("not an object")
    return one


async def _body(request: Request) -> bytes | None:
    """The raw body; None if it is longer than any post, or never ends."""
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > LARGEST:
                return None
    except ClientDisconnect:
        return None
    return bytes(body)


def _events(body: bytes) -> list[object] | None:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if isinstance(told, dict):
        told = told.get("events")
    return told if isinstance(told, list) else None


def _say(text: str, status: int) -> Response:
    return PlainTextResponse(f"{text}\n", status, {"Cache-Control": "no-store"})
