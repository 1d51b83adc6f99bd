"""A transport that takes every message whole and counts it, with the faults of a provider."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from digest.deliver.pace import ProviderBusyError
from digest.deliver.transports.answer import outcome, refused
from digest.deliver.writer import MessageWriter
from digest.errors import DigestError
from digest.model import DeliveryState, Message, Outcome
from digest.protocols import Clock, Journal


class KilledError(BaseException):
    """The process is gone: nobody may catch it on the way out."""


@dataclass(slots=True, kw_only=True)
class Faults:
    """How often a batch meets which; shares of batches."""

    dice: random.Random
    #: the provider asks for a pause in the middle
    busy: float = 0.0
    #: it puts some readers off
    deferred: float = 0.0
    #: the process dies after the provider took a message, before we know
    killed: float = 0.0

    def hits(self, share: float) -> bool:
        """Whether one happens now."""
        return share > 0 and self.dice.random() < share


@dataclass(slots=True, kw_only=True)
class Counting:
    """How often each reader of each issue was mailed: ``taken[issue][subscriber]``.

    Like the outbox it can prove what it took, so nothing stays in doubt.
    """

    write: MessageWriter
    clock: Clock
    faults: Faults
    name: str = "counting"
    batch_size: int = 1000
    taken: dict[str, bytearray] = field(default_factory=dict)
    #: octets, so that messages are known to be whole
    octets: int = 0
    met: dict[str, int] = field(default_factory=dict)

    def send(self, batch: str, messages: Sequence[Message], journal: Journal) -> Iterator[Outcome]:
        """Take each, unless a fault comes between."""
        where = self.faults.dice.randrange(len(messages)) if messages else 0
        fault = self._fault()
        for number, message in enumerate(messages):
            if fault == "busy" and number == where:
                until = self.clock.now() + timedelta(minutes=3)
                raise ProviderBusyError("asks for a pause", until=until, batch=batch)
            if fault == "deferred" and number % 10 == 0:
                answer = outcome(message, DeliveryState.DEFERRED, "451 4.7.1")
                journal.settled([answer])
                yield answer
                continue
            try:
                raw = self.write(message)
            except DigestError as error:
                yield refused(message, error)
                continue
            journal.handing_over([message.subscriber])
            self._take(message.ref, len(raw))
            if fault == "killed" and number == where:
                raise KilledError
            answer = outcome(message, DeliveryState.ACCEPTED, "250")
            journal.settled([answer])
            yield answer

    def evidence(self, messages: Sequence[str]) -> Mapping[str, DeliveryState]:
        """What it took, and what it certainly did not."""
        told = {True: DeliveryState.ACCEPTED, False: DeliveryState.PLANNED}
        return {ref: told[self._has(ref)] for ref in messages}

    def _fault(self) -> str:
        shares: Mapping[str, float] = {
            name: getattr(self.faults, name) for name in ("busy", "deferred", "killed")
        }
        found = next((name for name, share in shares.items() if self.faults.hits(share)), "")
        if found:
            self.met[found] = self.met.get(found, 0) + 1
        return found

    def _take(self, ref: str, octets: int) -> None:
        issue, _, subscriber = ref.partition("-")
        counts = self.taken.setdefault(issue, bytearray())
        at = int(subscriber)
        if at >= len(counts):
            counts.extend(bytes(at + 1000 - len(counts)))
        counts[at] = min(counts[at] + 1, 255)
        self.octets += octets

    def _has(self, ref: str) -> bool:
        issue, _, subscriber = ref.partition("-")
        counts, at = self.taken.get(issue, b""), int(subscriber)
        return at < len(counts) and counts[at] > 0
