"""Letters: mail that belongs to no issue. Claim, commit, hand over, commit, like any other."""

from dataclasses import dataclass, replace

from digest.deliver.journal import FileJournal
from digest.model import DeliveryState, Issue, Outcome, RenderedVariant
from digest.steps.messages import address_to
from digest.steps.parts import Parts
from digest.store import letters
from digest.store.engine import writing


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tester:
    """Whom a test goes to: an address somebody typed, which is not stored."""

    address: str
    subscriber: int = 0
    name: str = ""
    #: a test belongs to no subscription, so there is nothing to leave
    leave_path: str = ""
    preferences_path: str = "/"


def send_test(parts: Parts, issue: Issue, rendered: RenderedVariant, to: str) -> Outcome:
    """Send one copy of an issue to ``to``, its subject marked; counted nowhere."""
    now = parts.clock.now()
    # Each test is wanted: its purpose is its moment.
    purpose = f"test-{issue.edition}-{now:%Y%m%dT%H%M%S%f}"
    marked = replace(rendered, subject=f"[TEST] {rendered.subject}")
    edition = parts.edition(issue.edition)
    message = address_to(parts, edition, purpose, _Tester(address=to), marked)
    with writing(parts.engine) as connection:
        letters.claim(connection, purpose, "test", now)
    with FileJournal.open(parts.journals, purpose) as journal:
        outcomes = list(parts.transport.send(purpose, [message], journal))
    outcome = (
        outcomes[0]
        if outcomes
        else Outcome(subscriber=0, state=DeliveryState.IN_DOUBT, code="no answer")
    )
    with writing(parts.engine) as connection:
        letters.settle(connection, purpose, outcome, parts.clock.now())
    return outcome
