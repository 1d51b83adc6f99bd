"""What became of a batch, from all that is known of it."""

from collections.abc import Mapping
from contextlib import suppress

from digest.deliver.journal import Reading
from digest.errors import TransportError
from digest.model import Batch, DeliveryState, Outcome, SubscriberId
from digest.protocols import Transport


def message_ref(batch: Batch, subscriber: SubscriberId) -> str:
    """What ``Message.ref`` is for a delivery: the same for every attempt."""
    return f"{batch.issue}-{subscriber}"


def conclude(
    batch: Batch,
    transport: Transport,
    journal: Reading | None,
    told: Mapping[SubscriberId, Outcome],
) -> list[Outcome]:
    """One outcome for each delivery of ``batch``.

    What the transport ``told`` us counts first, then what it can prove, then its journal. Without
    a word on a hand-over a delivery was not sent (``PLANNED``), but only where the journal is
    here to be silent: ``journal`` is None when it is lost or on another machine.
    """
    silent = [subscriber for subscriber in batch.deliveries if subscriber not in told]
    proof: Mapping[str, DeliveryState] = {}
    if silent:
        with suppress(TransportError):
            proof = transport.evidence([message_ref(batch, one) for one in silent])
    found = [_conclude(one, proof.get(message_ref(batch, one)), journal) for one in silent]
    return [*(told[one] for one in batch.deliveries if one in told), *found]


def _conclude(
    subscriber: SubscriberId, proof: DeliveryState | None, journal: Reading | None
) -> Outcome:
    answer = journal.answers.get(subscriber) if journal else None
    if proof is DeliveryState.ACCEPTED and (answer is None or answer.state is not proof):
        return Outcome(subscriber=subscriber, state=proof, code="found there")
    if answer and answer.state is not DeliveryState.IN_DOUBT:
        return answer
    if proof is DeliveryState.PLANNED:
        return Outcome(subscriber=subscriber, state=proof, code="not found there")
    if answer:
        return answer
    if journal is None:
        return _in_doubt(subscriber, "no journal")
    if subscriber in journal.handed:
        return _in_doubt(subscriber, "no answer")
    return Outcome(subscriber=subscriber, state=DeliveryState.PLANNED)


def _in_doubt(subscriber: SubscriberId, code: str) -> Outcome:
    return Outcome(subscriber=subscriber, state=DeliveryState.IN_DOUBT, code=code)
