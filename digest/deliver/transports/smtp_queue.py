"""The messages of one batch in their order, as far as the limits of their domains allow."""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from digest.deliver.transports.answer import outcome, refused, unfit
from digest.deliver.transports.smtp_envelope import Envelope
from digest.deliver.transports.smtp_hello import Features
from digest.deliver.transports.smtp_server import Limits
from digest.errors import DigestError
from digest.model import DeliveryState, Message, Outcome

#: rejected: no connection may carry it; the number is that of RFC 3463
TOO_LARGE = "5.3.4 larger than the mail server takes"
#: domains remembered, before those whose time has passed are forgotten
_KEPT = 10_000


@dataclass(slots=True)
class Pace:
    """When each domain may get its next message; outlives the batches. Times are monotonic."""

    per_minute: int
    #: domain → from when on
    next_at: dict[str, float] = field(default_factory=dict)

    def wait(self, domain: str, now: float) -> float:
        """Seconds until it may."""
        return max(0.0, self.next_at.get(domain, now) - now)

    def note(self, domain: str, now: float) -> None:
        """It gets one now."""
        if not self.per_minute:
            return
        if len(self.next_at) > _KEPT:
            self.next_at = {one: at for one, at in self.next_at.items() if at > now}
        self.next_at[domain] = now + 60 / self.per_minute


class Queue:
    """What is still to be sent. ``seal`` writes a message; what it raises is that message's end."""

    def __init__(
        self,
        messages: Sequence[Message],
        seal: Callable[[Envelope], None],
        limits: Limits,
        pace: Pace,
    ) -> None:
        self._todo = deque(Envelope(message, _domain(message)) for message in messages)
        self._seal = seal
        self._limits = limits
        self._pace = pace
        self._under_way: Counter[str] = Counter()
        self._limited = bool(limits.domain_connections or limits.domain_per_minute)
        #: outcomes of messages that cannot be sent
        self.refused: list[Outcome] = []

    def __len__(self) -> int:
        return len(self._todo)

    def take(self, features: Features, now: float) -> Envelope | None:
        """The first message that may go now, over a connection with these ``features``."""
        while (at := self._first(now)) is not None:
            envelope = self._todo[at]
            del self._todo[at]
            if self._sealed(envelope) and self._fits(envelope, features):
                if self._limited:
                    self._under_way[envelope.domain] += 1
                    self._pace.note(envelope.domain, now)
                return envelope
        return None

    def put_back(self, envelope: Envelope) -> None:
        """It was not sent: first in line again."""
        self.done(envelope)
        self._todo.appendleft(envelope)

    def done(self, envelope: Envelope) -> None:
        """It is no longer under way."""
        if self._limited:
            self._under_way[envelope.domain] -= 1

    def clear(self) -> None:
        """Nothing more is to be sent."""
        self._todo.clear()

    def prepare(self, many: int) -> bool:
        """Write one of the first ``many`` messages ahead of its turn; False: all are."""
        for at in range(min(many, len(self._todo))):
            envelope = self._todo[at]
            if not envelope.data:
                if not self._sealed(envelope):
                    del self._todo[at]
                return True
        return False

    def wait(self, now: float) -> float | None:
        """Seconds until a domain's pace allows one more; None: no pace holds any up."""
        if not self._limits.domain_per_minute:
            return None
        waits = (self._pace.wait(one.domain, now) for one in self._todo)
        return min((wait for wait in waits if wait > 0), default=None)

    def _first(self, now: float) -> int | None:
        if not self._limited:
            return 0 if self._todo else None
        for at, envelope in enumerate(self._todo):
            if self._allowed(envelope.domain, now):
                return at
        return None

    def _allowed(self, domain: str, now: float) -> bool:
        most = self._limits.domain_connections
        crowded = most and self._under_way[domain] >= most
        return not crowded and self._pace.wait(domain, now) == 0

    def _sealed(self, envelope: Envelope) -> bool:
        if envelope.data:
            return True
        try:
            self._seal(envelope)
        except DigestError as error:
            self.refused.append(refused(envelope.message, error))
            return False
        return True

    def _fits(self, envelope: Envelope, features: Features) -> bool:
        if features.size and len(envelope.data) > features.size:
            self.refused.append(outcome(envelope.message, DeliveryState.REJECTED, TOO_LARGE))
            return False
        if envelope.international and not features.utf8:
            self.refused.append(unfit(envelope.message))
            return False
        return True


def _domain(message: Message) -> str:
    return message.headers.to_address.rpartition("@")[2].lower()
