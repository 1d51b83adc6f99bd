"""SendGrid's v3 Mail Send API, the only place that knows the package ``sendgrid``.

Readers of one variant share a request; what differs between them are substitutions and headers.
The API has no idempotency key: a request whose answer is lost stays in doubt.
"""

import json
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any
from urllib.error import URLError

from python_http_client.exceptions import HTTPError
from sendgrid import SendGridAPIClient

from digest.deliver.pace import ProviderBusyError
from digest.deliver.transports.answer import outcome, refused
from digest.deliver.transports.sendgrid_body import LARGEST, Request, body, check, requests
from digest.errors import DigestError, TransportError
from digest.model import DeliveryState, Message, Outcome
from digest.protocols import Journal

#: European regional subusers have keys of their own for it
EU = "https://api.eu.sendgrid.com"
#: so many single readers may be the fault of a request before all of it looks wrong
CULPRITS = 20


@dataclass(frozen=True, slots=True)
class _Reply:
    """An answer of the API, or of the way there."""

    state: DeliveryState
    code: str
    message_id: str = ""
    #: why nothing more should be sent now
    fault: TransportError | None = None
    #: the reader that SendGrid names as the reason for refusing the whole request
    culprit: int | None = None


class SendGrid:
    """Mail by SendGrid. In the sandbox requests are checked and nobody is mailed."""

    name = "sendgrid"
    batch_size = LARGEST

    def __init__(
        self,
        api_key: str,
        *,
        host: str = "https://api.sendgrid.com",
        timeout: float = 30,
        sandbox: bool = False,
    ) -> None:
        # On DEBUG it would log the API key and every body.
        logging.getLogger("python_http_client.client").disabled = True
        self._client = SendGridAPIClient(api_key, host=host).client
        self._timeout = timeout
        self._sandbox = sandbox

    def send(self, batch: str, messages: Sequence[Message], journal: Journal) -> Iterator[Outcome]:
        """Hand over each message, a variant at a time. Raises TransportError or its kin."""
        fine: list[Message] = []
        for message in messages:
            try:
                check(message)
                fine.append(message)
            except DigestError as error:
                yield refused(message, error)
        for request in requests(fine):
            yield from self._request(batch, request, journal)

    def evidence(self, messages: Sequence[str]) -> Mapping[str, DeliveryState]:
        """None here: SendGrid tells by events what it accepted."""
        del messages
        return {}

    def _request(self, batch: str, request: Request, journal: Journal) -> Iterator[Outcome]:
        """One request; again without a reader whom SendGrid names as the fault of it."""
        left = list(request.messages)
        for _ in range(CULPRITS):
            journal.handing_over(message.subscriber for message in left)
            reply = self._post(batch, Request(left))
            answered = left
            if reply.culprit is not None and reply.culprit < len(left):
                answered = [left[reply.culprit]]
            outcomes = [
                outcome(message, reply.state, reply.code, reply.message_id) for message in answered
            ]
            done = {message.ref for message in answered}
            left = [message for message in left if message.ref not in done]
            # Of a refused request nothing was sent.
            unsent = [outcome(message, DeliveryState.PLANNED) for message in left]
            journal.settled([*outcomes, *unsent])
            yield from outcomes
            if reply.fault is not None:
                raise reply.fault
            if not left:
                return
        raise _fault(batch, "refuses one reader after the other")

    def _post(self, batch: str, request: Request) -> _Reply:
        data = body(batch, request, sandbox=self._sandbox)
        try:
            # with a charset, or the package would take our JSON for a string to be made JSON of
            kind = {"Content-Type": "application/json; charset=utf-8"}
            response = self._client.mail.send.post(
                request_body=data, request_headers=kind, timeout=self._timeout
            )
        except HTTPError as error:
            return _refusal(batch, error)
        except URLError as error:
            # urllib says so only until the whole request is written: it cannot be accepted.
            code = f"not sent: {type(error.reason).__name__}"
            return _Reply(DeliveryState.PLANNED, code, fault=_fault(batch, "cannot be reached"))
        except (OSError, HTTPException) as error:
            code = f"no answer: {type(error).__name__}"
            return _Reply(DeliveryState.IN_DOUBT, code, fault=_fault(batch, "does not answer"))
        message_id = str(response.headers.get("X-Message-Id") or "")
        if response.status_code == 202 or (self._sandbox and response.status_code == 200):
            return _Reply(DeliveryState.ACCEPTED, str(response.status_code), message_id)
        fault = _fault(batch, f"answered {response.status_code}, which it never should")
        return _Reply(DeliveryState.IN_DOUBT, str(response.status_code), message_id, fault)


def _refusal(batch: str, error: HTTPError) -> _Reply:
    status, told = int(error.status_code), _told(error.body)
    code = f"{status} {told}".strip()
    if status >= 500:
        return _Reply(DeliveryState.IN_DOUBT, code, fault=_fault(batch, f"answered {status}"))
    if status == 429:
        busy = ProviderBusyError(
            "SendGrid asks us to wait", until=_reset(error.headers), batch=batch
        )
        return _Reply(DeliveryState.DEFERRED, "429", fault=busy)
    if status in {400, 413}:
        named = re.match(r"personalizations\.(\d+)\.", told)
        return _Reply(DeliveryState.REJECTED, code, culprit=int(named[1]) if named else None)
    hint = "check [sending.sendgrid] api_key" if status in {401, 403} else ""
    fault = _fault(batch, f"answered {code}", hint)
    return _Reply(DeliveryState.PLANNED, str(status), fault=fault)


def _fault(batch: str, what: str, hint: str = "") -> TransportError:
    return TransportError(f"SendGrid {what}", hint=hint, batch=batch)


def _told(text: bytes) -> str:
    """The first error's field and message, without any address that it may repeat."""
    try:
        first = json.loads(text)["errors"][0]
        told = f"{first.get('field') or ''} {first['message']}".strip()
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return ""
    return re.sub(r"\S*@\S*", "…", told)[:160]


def _reset(headers: Any) -> datetime | None:
    """When the rate limit ends, in unix seconds; None where that is not told."""
    try:
        return datetime.fromtimestamp(int(headers.get("X-RateLimit-Reset") or ""), UTC)
    except (ValueError, OverflowError, OSError):
        return None
