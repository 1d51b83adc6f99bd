"""What all workers know of one provider's account, on any number of machines."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.engine import Engine

from digest.deliver.pace import ProviderBusyError
from digest.errors import TransportError
from digest.protocols import Clock
from digest.store import routes
from digest.store.engine import reading, writing

#: who would wait longer gives the batch back; well within a lease
PATIENCE = 120.0
#: how often a waiting one asks whether to stop, in seconds
GLANCE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A route's pace and health. Rows of the database, so that every worker sees the same."""

    engine: Engine
    clock: Clock
    #: the route's name
    name: str
    #: messages; None: as fast as the provider takes them
    per_second: float | None = None
    #: asked while waiting
    stop: Callable[[], bool] = lambda: False

    def wait(self, batch: str, messages: int) -> None:
        """Return when ``messages`` may go. Raises ProviderBusyError where that takes too long."""
        wait = self._reserve(messages)
        end = time.monotonic() + wait
        while wait <= PATIENCE and not self.stop() and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, GLANCE))
        if end > time.monotonic():
            self._give_back(messages)
            until = self.clock.now() + timedelta(seconds=wait)
            raise ProviderBusyError(f"{self.name} has to wait", until=until, batch=batch)

    def close(self, until: datetime) -> None:
        """The provider asks for quiet until then."""
        with writing(self.engine) as connection:
            routes.close(connection, self.name, until)

    def failed(self, error: TransportError) -> None:
        """The provider cannot be used."""
        with writing(self.engine) as connection:
            routes.failed(connection, self.name, self.clock.now(), error.message)

    def worked(self) -> None:
        """The provider takes mail."""
        with reading(self.engine) as connection:
            state = routes.states(connection).get(self.name)
        if state is not None and state.failing_since is not None:
            with writing(self.engine) as connection:
                routes.worked(connection, self.name)

    def _reserve(self, messages: int) -> float:
        if self.per_second is None:
            with reading(self.engine) as connection:
                return routes.quiet(connection, self.name)
        with writing(self.engine) as connection:
            return routes.take(connection, self.name, messages, self.per_second)

    def _give_back(self, messages: int) -> None:
        if self.per_second is not None:
            with writing(self.engine) as connection:
                routes.give_back(connection, self.name, messages)
