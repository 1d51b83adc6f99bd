"""Wires what follows a send: clicks that are counted, and pages that everybody may read.

For app.py alone, which hands in the people.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import jinja2
from sqlalchemy.engine import Engine
from starlette.requests import Request
from starlette.routing import BaseRoute

import subscribers
from digest.click_links import ClickLinks
from digest.config import Settings
from digest.model import IssueId, Report
from digest.protocols import Clock
from digest.steps.clicks import ClickCounter
from digest.steps.known_links import KnownLinks
from digest.steps.parts import Parts
from digest.steps.report import report
from digest.web.clicks import ClickPages
from digest.web.nothing import Nothing

#: a proxy on this machine, if nothing else is told: everybody would be one place
_HERE = frozenset({"127.0.0.1", "::1"})


@dataclass
class Following:
    """What readers find behind the links of mail that has gone."""

    settings: Settings
    engine: Engine
    clock: Clock
    links: ClickLinks
    segments: subscribers.Segments

    @cached_property
    def counter(self) -> ClickCounter:
        """Counts clicks."""
        people = subscribers.Engagement(self.engine)
        known = KnownLinks(self.engine, self.clock, self.links)
        return ClickCounter(links=known, readers=people)

    @contextmanager
    def counting(self) -> Iterator[None]:
        """When the block ends, clicks that wait are written."""
        self.counter.begin()
        try:
            yield
        finally:
            self.counter.close()

    @cached_property
    def crowd(self) -> subscribers.Crowd:
        """Readers by number, for reports."""
        return subscribers.Crowd(self.engine, self.segments)

    def report(self, parts: Parts, issue: IssueId) -> Report:
        """What became of an issue, in numbers. Raises NotFoundError."""
        return report(parts, self.crowd, issue)

    def routes(self, templates: jinja2.Environment) -> Sequence[BaseRoute]:
        """``/c/…``."""
        nothing = Nothing(templates)
        return ClickPages(self.counter, self._place, nothing).routes()

    def _place(self, request: Request) -> str:
        header = self.settings.signup.address_header
        if header:
            # the last one: what stands before it, the client wrote
            return request.headers.get(header, "").rpartition(",")[2].strip()
        peer = request.client.host if request.client else ""
        return "" if peer in _HERE else peer
