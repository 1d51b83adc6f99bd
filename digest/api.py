"""Wires the API for other programs. For app.py alone."""

from collections.abc import Sequence
from functools import cached_property

from sqlalchemy.engine import Engine
from starlette.routing import BaseRoute

import subscribers
from digest.config import Settings
from digest.protocols import Clock


class Api:
    """``/api/v1``: its pages, its document, and who may use it."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        clock: Clock,
        people: subscribers.Subscribers,
        keys: subscribers.Keys,
    ) -> None:
        self._per_second = settings.web.api_calls_per_second
        self._engine = engine
        self._parts = people, engine, keys, clock.now

    def routes(self) -> Sequence[BaseRoute]:
        """What is served."""
        return subscribers.api_routes(*self._parts, per_second=self._per_second)

    def document(self) -> dict[str, object]:
        """It as an OpenAPI 3.1 document."""
        return subscribers.api_document(*self._parts)

    @cached_property
    def keys(self) -> subscribers.ApiKeys:
        """Who may use it."""
        return subscribers.ApiKeys(self._engine)
