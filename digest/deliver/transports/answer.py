"""What a transport says of a message."""

from digest.errors import DigestError
from digest.model import DeliveryState, Message, Outcome


def outcome(
    message: Message, state: DeliveryState, code: str = "", provider_id: str = ""
) -> Outcome:
    """What became of ``message``."""
    return Outcome(subscriber=message.subscriber, state=state, code=code, provider_id=provider_id)


def refused(message: Message, error: DigestError) -> Outcome:
    """``message`` cannot be written; errors of ours carry no address."""
    return outcome(message, DeliveryState.REJECTED, f"{type(error).__name__}: {error.message}")
