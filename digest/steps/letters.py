"""Letters: mail that belongs to no issue. Claim, commit, hand over, commit, like any other."""

from dataclasses import dataclass, replace

from digest.deliver.journal import FileJournal
from digest.errors import TransportError
from digest.model import DeliveryState, Issue, Message, Outcome, RenderedVariant
from digest.steps.messages import address_to
from digest.steps.parts import Parts
from digest.store import letters
from digest.store.engine import writing


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """Whom a letter goes to: an address somebody typed, which is not stored."""

    address: str
    subscriber: int = 0
    name: str = ""
    #: a letter belongs to no subscription, so there is nothing to leave
    leave_path: str = ""
    preferences_path: str = "/"
    measure_clicks: bool = False


def send_test(
    parts: Parts, issue: Issue, rendered: RenderedVariant, to: str, number: int = 1
) -> Outcome:
    """Send one copy of an issue to ``to``, its subject marked; counted nowhere.

    ``number`` tells those of one moment apart.
    """
    now = parts.clock.now()
    # Each test is wanted: its purpose is its moment.
    purpose = f"test-{issue.edition}-{now:%Y%m%dT%H%M%S%f}"
    purpose += f"-{number}" if number > 1 else ""
    marked = replace(rendered, subject=f"[TEST] {rendered.subject}")
    edition = parts.edition(issue.edition)
    message = address_to(parts, edition, purpose, Somebody(address=to), marked, now)
    with writing(parts.engine) as connection:
        letters.claim(connection, purpose, "test", now)
    outcome = hand_over(parts, purpose, message)
    with writing(parts.engine) as connection:
        letters.settle(connection, purpose, outcome, parts.clock.now())
    return outcome


def hand_over(
    parts: Parts,
    purpose: str,
    message: Message,
    *,
    unusable: DeliveryState = DeliveryState.REJECTED,
) -> Outcome:
    """Send one message; a provider that cannot be used is an outcome here."""
    journal = FileJournal.open(parts.journals, purpose)
    try:
        outcomes = list(parts.transport.send(purpose, [message], journal))
    except TransportError as error:
        handed = journal.read().handed
        proof = parts.transport.evidence([message.ref]).get(message.ref)
        never = not handed or proof is DeliveryState.PLANNED
        state = unusable if never else proof or DeliveryState.IN_DOUBT
        return Outcome(subscriber=0, state=state, code=str(error))
    finally:
        journal.discard()
    if not outcomes:
        return Outcome(subscriber=0, state=DeliveryState.IN_DOUBT, code="no answer")
    return outcomes[0]
