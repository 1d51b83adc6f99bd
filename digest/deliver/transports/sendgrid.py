"""SendGrid's v3 Mail Send API, the only place that knows the package ``sendgrid``.

Readers of one variant share a request; what differs between them are substitutions and headers.
The API has no idempotency key: a request whose answer is lost stays in doubt.
"""

import json
import logging
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any, Self
from urllib.error import URLError
from urllib.request import HTTPSHandler, OpenerDirector, build_opener

import python_http_client
from python_http_client.exceptions import HTTPError
from sendgrid import SendGridAPIClient

from digest.clock import SystemClock
from digest.deliver.transports.answer import outcome, refused
from digest.deliver.transports.sendgrid_answers import RateLimit, Reply, fault, refusal
from digest.deliver.transports.sendgrid_body import LARGEST, Bodies, Ready, Wishes, requests
from digest.errors import DigestError
from digest.model import DeliveryState, Message, Outcome
from digest.protocols import Clock, Journal

#: so many single readers may be the fault of a request before all of it looks wrong
CULPRITS = 20
#: how far ahead the API takes mail
AHEAD = timedelta(hours=72)


class _Body(bytes):
    """JSON that is encoded already, for a package that wants to encode a string.

    Its ``repr`` tells nothing: the package formats each body for its log, even where none is kept,
    and for a request of 1,000 readers that took longer than sending it.
    """

    __slots__ = ()

    def encode(self, *_: object) -> Self:
        return self

    def __repr__(self) -> str:
        return f"{len(self)} bytes"

    __str__ = __repr__


class _Client(python_http_client.Client):  # type: ignore[misc]  # the package has no types
    """The package's client, that reads the machine's certificates once instead of at each request.

    A connection per request stays: on one kept open, a request written as the server hangs up
    would be in doubt.
    """

    def __init__(self, opener: OpenerDirector, **settings: Any) -> None:
        super().__init__(**settings)
        self._opener = opener

    def _build_client(self, name: str | None = None) -> "_Client":
        return _Client(
            self._opener,
            host=self.host,
            version=self._version,
            request_headers=self.request_headers,
            url_path=[*self._url_path, name] if name else self._url_path,
        )

    def _make_request(self, opener: object, request: Any, timeout: float | None = None) -> Any:
        del opener
        return super()._make_request(self._opener, request, timeout=timeout)


class SendGrid:
    """Mail by SendGrid. Safe to share: any number of threads may send batches at a time."""

    name = "sendgrid"
    batch_size = LARGEST

    def __init__(
        self,
        api_key: str,
        *,
        host: str = "https://api.sendgrid.com",
        timeout: float = 30,
        wishes: Wishes = Wishes(),  # noqa: B008 - frozen
        clock: Clock | None = None,
        busy: Callable[[datetime], None] = lambda _until: None,
    ) -> None:
        # On DEBUG it would log the API key and every body.
        logging.getLogger("python_http_client.client").disabled = True
        made = SendGridAPIClient(api_key, host=host).client
        opener = build_opener(HTTPSHandler(context=ssl.create_default_context()))
        # With a charset, or the package would take our JSON for a string to be made JSON of. Not
        # with each request: that would change headers which all threads share.
        headers = {**made.request_headers, "Content-Type": "application/json; charset=utf-8"}
        self._client = _Client(opener, host=made.host, version=3, request_headers=headers)
        self._timeout = timeout
        self._wishes = wishes
        self._clock = clock or SystemClock()
        self._limit = RateLimit(self._clock, busy)

    def send(self, batch: str, messages: Sequence[Message], journal: Journal) -> Iterator[Outcome]:
        """Hand over each message, a variant at a time. Raises TransportError or its kin."""
        bodies = Bodies(batch, self._wishes)
        ready: list[Ready] = []
        for message in messages:
            try:
                ready.append(bodies.ready(message))
            except DigestError as error:
                yield refused(message, error)
        for request in requests(ready):
            yield from self._request(batch, bodies, request, journal)

    def evidence(self, messages: Sequence[str]) -> Mapping[str, DeliveryState]:
        """None here: SendGrid tells by events what it accepted."""
        del messages
        return {}

    def schedule(self) -> str:
        """An id under which SendGrid holds mail back. Raises TransportError."""
        told = self._ask(self._client.mail.batch.post, b"{}")
        try:
            return str(json.loads(told)["batch_id"])
        except (ValueError, KeyError, TypeError):
            raise fault("", "told no batch_id") from None

    def held(self, until: datetime, schedule: str) -> "SendGrid":
        """The same account, whose mail goes out at ``until``, under an id from ``schedule``.

        Raises TransportError for a time that is past or more than 72 hours away.
        """
        if not timedelta(0) < until - self._clock.now() <= AHEAD:
            raise fault("", "holds mail back for at most 72 hours")
        made = copy(self)
        made._wishes = replace(self._wishes, send_at=until, schedule=schedule)
        return made

    def cancel(self, schedule: str) -> None:
        """Throw away what is held under ``schedule``: promised until 10 minutes before its time.

        Raises TransportError.
        """
        told = json.dumps({"batch_id": schedule, "status": "cancel"}).encode()
        self._ask(self._client.user.scheduled_sends.post, told)

    def _request(
        self, batch: str, bodies: Bodies, request: Sequence[Ready], journal: Journal
    ) -> Iterator[Outcome]:
        """One request; of a refused one, smaller ones without the readers who are its fault.

        SendGrid names them, or halving finds each in 2 log₂ n requests.
        """
        parts, culprits = [request], 0
        while parts:
            part = parts.pop()
            self._limit.enter(batch)
            journal.handing_over(one.message.subscriber for one in part)
            reply = self._post(batch, bodies.write(part))
            answered, left = _judged(part, reply)
            outcomes = [
                outcome(one.message, reply.state, reply.code, reply.message_id) for one in answered
            ]
            # Of a refused request nothing was sent.
            unsent = [
                outcome(one.message, DeliveryState.PLANNED) for again in left for one in again
            ]
            journal.settled([*outcomes, *unsent])
            yield from outcomes
            if reply.fault is not None:
                raise reply.fault
            parts += left
            culprits += len(answered) if reply.state is DeliveryState.REJECTED else 0
            if parts and culprits >= CULPRITS:
                raise fault(batch, "refuses one reader after the other")

    def _post(self, batch: str, body: bytes) -> Reply:
        try:
            response = self._call(self._client.mail.send.post, body)
        except HTTPError as error:
            reply = refusal(batch, int(error.status_code), error.body, error.headers)
            until = getattr(reply.fault, "until", None)
            if until is not None:
                self._limit.closed(until)
            return reply
        except URLError as error:
            # urllib says so only until the whole request is written: it cannot be accepted.
            code = f"not sent: {type(error.reason).__name__}"
            gone = fault(batch, "cannot be reached")
            return Reply(state=DeliveryState.PLANNED, code=code, fault=gone)
        except (OSError, HTTPException) as error:
            code = f"no answer: {type(error).__name__}"
            silent = fault(batch, "does not answer")
            return Reply(state=DeliveryState.IN_DOUBT, code=code, fault=silent)
        message_id = str(response.headers.get("X-Message-Id") or "")
        status = int(response.status_code)
        state, strange = DeliveryState.ACCEPTED, None
        if status == 202 or (self._wishes.sandbox and status == 200):
            self._limit.note(response.headers)
        else:
            state = DeliveryState.IN_DOUBT
            strange = fault(batch, f"answered {status}, which it never should")
        return Reply(state=state, code=str(status), message_id=message_id, fault=strange)

    def _ask(self, method: Any, body: bytes) -> bytes:
        """An answer to what sends nothing: any fault of it may be tried again."""
        try:
            return bytes(self._call(method, body).body)
        except HTTPError as error:
            reply = refusal("", int(error.status_code), error.body, error.headers)
            raise reply.fault or fault("", f"answered {reply.code}") from None
        except (OSError, HTTPException) as error:
            raise fault("", "cannot be reached") from error

    def _call(self, method: Any, body: bytes) -> Any:
        return method(request_body=_Body(body), timeout=self._timeout)


def _judged(part: Sequence[Ready], reply: Reply) -> tuple[Sequence[Ready], list[Sequence[Ready]]]:
    """Whom an answer is about, and what of the request to send again in which parts."""
    if reply.culprit is not None and reply.culprit < len(part):
        rest = [one for place, one in enumerate(part) if place != reply.culprit]
        return [part[reply.culprit]], [rest] if rest else []
    if reply.divide and len(part) > 1:
        middle = len(part) // 2
        return [], [part[middle:], part[:middle]]
    return part, []
