"""What a transport says of a message."""

from digest.errors import DigestError
from digest.model import DeliveryState, Message, Outcome
from digest.render.addresses import BEYOND_ASCII, AddressError

#: the code of a reader whose address this way cannot carry, though another could (RFC 6531)
NEEDS_UTF8 = "needs smtputf8"


def outcome(
    message: Message, state: DeliveryState, code: str = "", provider_id: str = ""
) -> Outcome:
    """What became of ``message``."""
    return Outcome(subscriber=message.subscriber, state=state, code=code, provider_id=provider_id)


def refused(message: Message, error: DigestError) -> Outcome:
    """``message`` cannot be written; errors of ours carry no address.

    A reader whose address needs SMTPUTF8 is left out with that as the reason: nothing is wrong with
    the address.
    """
    if isinstance(error, AddressError) and error.reason == BEYOND_ASCII:
        return unfit(message)
    return outcome(message, DeliveryState.REJECTED, f"{type(error).__name__}: {error.message}")


def unfit(message: Message) -> Outcome:
    """``message`` needs a way that speaks SMTPUTF8, and this one does not."""
    return outcome(message, DeliveryState.EXCLUDED, NEEDS_UTF8)
