"""Routes: the ways out that config.toml names, each a transport with rules of its own."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from digest.deliver.account import Account
from digest.deliver.pace import ProviderBusyError
from digest.deliver.warm_up import Plan
from digest.deliver.watched import Watched
from digest.errors import TransportError
from digest.model import DeliveryState, Message, Outcome
from digest.protocols import Holding, Journal, Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One way out."""

    name: str
    transport: Transport
    #: batches that one process hands over at a time
    lanes: int = 1
    warm_up: Plan | None = None
    #: how long it may be unusable before what is unclaimed goes another way; None: for ever
    give_up_after: timedelta | None = None
    #: where the provider can hold mail back
    holding: Holding | None = None


class Paced:
    """A transport at the pace of its account, which hears whether it can be used."""

    def __init__(self, transport: Transport, account: Account) -> None:
        self._transport = transport
        self._account = account

    def around(self, transport: Transport) -> "Paced":
        """Another transport of the same account."""
        inner = self._transport
        watched = inner.around(transport) if isinstance(inner, Watched) else transport
        return Paced(watched, self._account)

    @property
    def name(self) -> str:
        """The transport's."""
        return self._transport.name

    @property
    def batch_size(self) -> int:
        """At most what may go in a second: a batch is let go as a whole."""
        rate = self._account.per_second
        most = self._transport.batch_size
        return most if rate is None else max(1, min(most, int(rate)))

    def send(self, batch: str, messages: Sequence[Message], journal: Journal) -> Iterator[Outcome]:
        """Hand over when the account allows. Raises TransportError or its kin."""
        if messages:
            self._account.wait(batch, len(messages))
        answers = self._transport.send(batch, messages, journal)
        accepted = False
        try:
            for outcome in answers:
                accepted = accepted or outcome.state is DeliveryState.ACCEPTED
                yield outcome
        except ProviderBusyError as error:
            if error.until is not None:
                self._account.close(error.until)
            raise
        except TransportError as error:
            self._account.failed(error)
            raise
        finally:
            if isinstance(answers, Generator):
                answers.close()
        if accepted:
            self._account.worked()

    def evidence(self, messages: Sequence[str]) -> Mapping[str, DeliveryState]:
        """The transport's."""
        return self._transport.evidence(messages)


class Routes:
    """Several routes as one transport: letters go by one of them, issues by whichever is meant."""

    name = "routes"

    def __init__(self, routes: Sequence[Route], letters: str) -> None:
        self._transports = {route.name: route.transport for route in routes}
        self._letters = self._transports[letters]

    @property
    def batch_size(self) -> int:
        """Of the way that letters go."""
        return self._letters.batch_size

    def send(self, batch: str, messages: Sequence[Message], journal: Journal) -> Iterator[Outcome]:
        """Send letters."""
        return self._letters.send(batch, messages, journal)

    def evidence(self, messages: Sequence[str]) -> Mapping[str, DeliveryState]:
        """Accepted where any proves it; certainly not sent only where all of them prove that."""
        told = [one.evidence(messages) for one in self._transports.values()]
        found = {}
        for ref in messages:
            states = [one.get(ref) for one in told]
            if DeliveryState.ACCEPTED in states:
                found[ref] = DeliveryState.ACCEPTED
            elif set(states) == {DeliveryState.PLANNED}:
                found[ref] = DeliveryState.PLANNED
        return found
