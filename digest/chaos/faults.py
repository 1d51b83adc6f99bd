"""What a provider does wrong, now and then, from a seed."""

import random
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """What happens to one message (SMTP) or one request (HTTP)."""

    #: 451, or 429
    BUSY = "busy"
    #: 554, or 400 that names a reader
    REFUSE = "refuse"
    #: takes it, and closes the connection without a word
    CLOSE_TAKEN = "accept_then_close"
    #: closes the connection and does not take it
    CLOSE = "close"
    #: takes it, and says nothing until the client gives up
    TIMEOUT = "timeout"
    #: takes it, and its answer breaks off
    TRUNCATED = "truncated"
    #: 5xx that says nothing about whether it was taken; HTTP alone
    ERROR = "server_error"


#: after these nobody can know whether it was taken
UNKNOWN = frozenset({Fault.CLOSE_TAKEN, Fault.CLOSE, Fault.TIMEOUT, Fault.TRUNCATED, Fault.ERROR})
#: these are rarer, since each costs the client a second
SLOW = frozenset({Fault.TIMEOUT})


@dataclass(slots=True)
class Faults:
    """Draws a fault for so large a share of what comes."""

    seed: int
    share: float
    kinds: tuple[Fault, ...] = tuple(Fault)
    dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)  # noqa: S311 - repeatable on purpose

    def next(self) -> Fault | None:
        """The fault for the next message or request, if any."""
        if self.dice.random() >= self.share:
            return None
        fault = self.dice.choice(self.kinds)
        return None if fault in SLOW and self.dice.random() < 0.7 else fault
