"""The error budget: how much may go wrong before somebody should look."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from digest.model import DeliveryState, Outcome

#: what went wrong
WRONG = frozenset({DeliveryState.REJECTED, DeliveryState.IN_DOUBT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """An issue pauses when at least so many, and so large a share, of a run's messages go wrong."""

    messages: int = 50
    share: float = 0.2


@dataclass(slots=True)
class Spent:
    """What a run has spent of its budget."""

    budget: Budget
    tried: int = 0
    wrong: int = 0
    codes: Counter[str] = field(default_factory=Counter)

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Count what a batch came to."""
        for outcome in outcomes:
            self.tried += 1
            if outcome.state in WRONG:
                self.wrong += 1
                self.codes[outcome.code or outcome.state.value] += 1

    @property
    def over(self) -> str:
        """The cause, for a person; empty while the budget holds."""
        if self.wrong < max(self.budget.messages, self.budget.share * self.tried):
            return ""
        code, times = self.codes.most_common(1)[0]
        return f"{self.wrong} of {self.tried} messages went wrong, {times} of them: {code}"
