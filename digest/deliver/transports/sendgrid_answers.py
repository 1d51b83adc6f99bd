"""What an answer of SendGrid's API means for the messages of a request, by phase and status."""

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from digest.deliver.pace import ProviderBusyError
from digest.errors import TransportError
from digest.model import DeliveryState
from digest.protocols import Clock

#: a rate limit that ends so soon is waited out; for a later end the batch is given back
PATIENCE = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer of the API, or of the way there, for all messages of a request."""

    state: DeliveryState
    code: str
    message_id: str = ""
    #: why nothing more should be sent now
    fault: TransportError | None = None
    #: the reader that SendGrid names as the reason for refusing the whole request
    culprit: int | None = None
    #: nothing was sent, and smaller requests would tell why or fit
    divide: bool = False


def refusal(batch: str, status: int, text: bytes, headers: Mapping[str, str]) -> Reply:
    """What a status above 299 says."""
    field, told = _told(text)
    code = f"{status} {field} {told}".replace("  ", " ").strip()
    if status >= 500:
        # The request was read whole: it may have been accepted.
        return Reply(
            state=DeliveryState.IN_DOUBT, code=code, fault=fault(batch, f"answered {status}")
        )
    if status == 429:
        busy = ProviderBusyError("SendGrid asks us to wait", until=reset(headers), batch=batch)
        return Reply(state=DeliveryState.DEFERRED, code="429", fault=busy)
    if status in {400, 413}:
        named = re.match(r"personalizations\.(\d+)\.", field)
        return Reply(
            state=DeliveryState.REJECTED,
            code=code,
            culprit=int(named[1]) if named else None,
            # A field that it names, and that is nobody's own, is wrong for all.
            divide=status == 413 or not field or field == "personalizations",
        )
    hint = "check [sending.sendgrid] api_key" if status in {401, 403} else ""
    return Reply(
        state=DeliveryState.PLANNED, code=str(status), fault=fault(batch, f"answered {code}", hint)
    )


def fault(batch: str, what: str, hint: str = "") -> TransportError:
    """Why nothing more can be sent."""
    return TransportError(f"SendGrid {what}", hint=hint, batch=batch)


def reset(headers: Mapping[str, str]) -> datetime | None:
    """When the rate limit ends (``X-RateLimit-Reset``, unix seconds); None where not told."""
    try:
        return datetime.fromtimestamp(int(headers.get("X-RateLimit-Reset") or ""), UTC)
    except (ValueError, OverflowError, OSError):
        return None


class RateLimit:
    """What the account's answers told of its limit; shared by all lanes of this process.

    ``heard`` is told when it ends, so that other processes can know too.
    """

    def __init__(self, clock: Clock, heard: Callable[[datetime], None]) -> None:
        self._clock = clock
        self._heard = heard
        self._lock = threading.Lock()
        self._until: datetime | None = None

    def note(self, headers: Mapping[str, str]) -> None:
        """Take in an accepted request's headers: none left means that the next would be refused."""
        if headers.get("X-RateLimit-Remaining") == "0" and (until := reset(headers)):
            self.closed(until)

    def closed(self, until: datetime) -> None:
        """Nothing is taken before ``until``."""
        with self._lock:
            known = self._until is not None and self._until >= until
            self._until = self._until if known else until
        if not known:
            self._heard(until)

    def enter(self, batch: str) -> None:
        """Wait until a request may go. Raises ProviderBusyError where that takes long."""
        until = self._until
        wait = until - self._clock.now() if until else timedelta(0)
        if until and wait > PATIENCE:
            raise ProviderBusyError("SendGrid asks us to wait", until=until, batch=batch)
        if wait > timedelta(0):
            time.sleep(wait.total_seconds())


def _told(text: bytes) -> tuple[str, str]:
    """The first error's field and message, without any address that it may repeat."""
    try:
        first = json.loads(text)["errors"][0]
        field, message = str(first.get("field") or ""), str(first["message"])
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return "", ""
    return _anonymous(field)[:60], _anonymous(message)[:160]


def _anonymous(text: str) -> str:
    return re.sub(r"\S*@\S*", "…", text)
