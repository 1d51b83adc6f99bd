"""A transport that does as it is told, for tests of the sender. Keeps to the contract."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from digest.deliver.transports.answer import outcome
from digest.errors import TransportError
from digest.model import DeliveryState, Message, Outcome, SubscriberId
from digest.protocols import Journal


class Act(StrEnum):
    """What the provider does with one message."""

    ACCEPT = "accept"
    REJECT = "reject"
    DEFER = "defer"
    #: takes it, and the answer is lost
    TAKE_SILENTLY = "take_silently"
    #: does not take it, and the answer is lost
    DROP_SILENTLY = "drop_silently"
    #: cannot be used any more
    FAIL = "fail"
    #: the process dies before the hand-over, in it (taken), or after the answer
    DIE_BEFORE = "die_before"
    DIE_DURING = "die_during"
    DIE_AFTER = "die_after"
    #: a fault of our own code
    CRASH = "crash"


class Death(BaseException):
    """Stands for kill -9: the sender must not get to do anything about it."""


ANSWERS = {
    Act.ACCEPT: DeliveryState.ACCEPTED,
    Act.REJECT: DeliveryState.REJECTED,
    Act.DEFER: DeliveryState.DEFERRED,
    Act.TAKE_SILENTLY: DeliveryState.IN_DOUBT,
    Act.DROP_SILENTLY: DeliveryState.IN_DOUBT,
}


@dataclass(slots=True)
class Scripted:
    """``script`` is asked once for each message handed over."""

    script: Callable[[Message], Act] = lambda message: Act.ACCEPT
    #: what the provider really took, by subscriber
    taken: Counter[SubscriberId] = field(default_factory=Counter)
    batches: list[str] = field(default_factory=list)
    name: str = "scripted"
    batch_size: int = 10

    def send(self, batch: str, messages: Sequence[Message], journal: Journal) -> Iterator[Outcome]:
        self.batches.append(batch)
        for message in messages:
            act = self.script(message)
            if act is Act.FAIL:
                raise TransportError("the provider is gone", batch=batch)
            if act is Act.CRASH:
                raise RuntimeError("a fault of our own")
            if act is Act.DIE_BEFORE:
                raise Death
            journal.handing_over([message.subscriber])
            self.taken[message.subscriber] += act in {
                Act.ACCEPT,
                Act.TAKE_SILENTLY,
                Act.DIE_DURING,
                Act.DIE_AFTER,
            }
            if act is Act.DIE_DURING:
                raise Death
            answer = outcome(message, ANSWERS.get(act, DeliveryState.ACCEPTED), act.value)
            journal.settled([answer])
            if act is Act.DIE_AFTER:
                raise Death
            yield answer

    def evidence(self, messages: Sequence[str]) -> Mapping[str, DeliveryState]:
        return {}
