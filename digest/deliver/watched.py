"""A transport whose hand-overs are counted, timed, and seen to come on."""

import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence

from digest.errors import TransportError
from digest.model import DeliveryState, Message, Outcome, SubscriberId
from digest.protocols import Journal, Transport
from digest.watch.meter import Meter, short


class Watched:
    """Hands over as ``transport`` does; ``meter`` hears what came of it, under the route's name.

    ``shared``: a request carries many messages, as SendGrid's; else each message is one.
    """

    def __init__(
        self, transport: Transport, route: str, meter: Meter, *, shared: bool = False
    ) -> None:
        self._transport = transport
        self._route = route
        self._meter = meter
        self._shared = shared

    @property
    def name(self) -> str:
        """The transport's."""
        return self._transport.name

    @property
    def batch_size(self) -> int:
        """The transport's."""
        return self._transport.batch_size

    def around(self, transport: Transport) -> "Watched":
        """Another transport of the same route."""
        return Watched(transport, self._route, self._meter, shared=self._shared)

    def send(self, batch: str, messages: Sequence[Message], journal: Journal) -> Iterator[Outcome]:
        """Hand over. Raises TransportError or its kin."""
        timed = _Timed(journal, self._route, self._meter, self._shared)
        answers = self._transport.send(batch, messages, timed)
        try:
            for outcome in answers:
                self._meter.step()
                self._meter.handed_over(self._route, outcome.state.value)
                yield outcome
        except TransportError as error:
            self._meter.refused(self._route, type(error).__name__)
            raise
        finally:
            if isinstance(answers, Generator):
                answers.close()

    def evidence(self, messages: Sequence[str]) -> Mapping[str, DeliveryState]:
        """The transport's."""
        return self._transport.evidence(messages)


class _Timed:
    """The batch's journal, which is told right before a request and right after its answer."""

    def __init__(self, journal: Journal, route: str, meter: Meter, shared: bool) -> None:
        self._journal = journal
        self._route = route
        self._meter = meter
        self._shared = shared
        self._begun: dict[SubscriberId, float] = {}

    def handing_over(self, subscribers: Iterable[SubscriberId]) -> None:
        """As it is told."""
        told = list(subscribers)
        self._journal.handing_over(told)
        self._begun.update(dict.fromkeys(told, time.perf_counter()))

    def settled(self, outcomes: Iterable[Outcome]) -> None:
        """As it is told."""
        told, now = list(outcomes), time.perf_counter()
        for number, one in enumerate(told):
            begun = self._begun.pop(one.subscriber, None)
            if begun is not None and not (self._shared and number):
                self._meter.requested(self._route, short(one.code), now - begun)
        self._journal.settled(told)
