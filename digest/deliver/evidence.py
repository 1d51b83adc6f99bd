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
    doubted: frozenset[SubscriberId] = frozenset(),
) -> list[Outcome]:
    """One outcome for each delivery of ``batch``.

    What the transport ``told`` us counts first, then what it can prove, then its journal. Without
    a word on a hand-over a delivery was not sent (``PLANNED``), but only where the journal is
    here to be silent (it is None when lost or on another machine), and not for those ``doubted``
    since an earlier attempt.
    """
    silent = [subscriber for subscriber in batch.deliveries if subscriber not in told]
    proof: Mapping[str, DeliveryState] = {}
    if silent:
        with suppress(TransportError):
            proof = transport.evidence([message_ref(batch, one) for one in silent])
    found = []
    for one in silent:
        answer = journal.answers.get(one) if journal else None
        outcome = _proved(one, answer, proof.get(message_ref(batch, one)))
        found.append(outcome or answer or _unproved(one, journal, doubted))
    return [*(told[one] for one in batch.deliveries if one in told), *found]


def _proved(
    subscriber: SubscriberId, answer: Outcome | None, proof: DeliveryState | None
) -> Outcome | None:
    """What the transport can prove, where it knows better than its own answer back then."""
    if proof is None or (answer and answer.state is DeliveryState.ACCEPTED):
        return None
    if proof is DeliveryState.ACCEPTED:
        return Outcome(subscriber=subscriber, state=proof, code="found there")
    if answer is None or answer.state is DeliveryState.IN_DOUBT:
        return Outcome(subscriber=subscriber, state=proof, code="not found there")
    return None


def _unproved(
    subscriber: SubscriberId, journal: Reading | None, doubted: frozenset[SubscriberId]
) -> Outcome:
    """What the journal's silence says."""
    state, code = DeliveryState.IN_DOUBT, "no answer"
    if journal is None:
        code = "no journal"
    elif subscriber not in journal.handed and subscriber not in doubted:
        state, code = DeliveryState.PLANNED, ""
    return Outcome(subscriber=subscriber, state=state, code=code)
