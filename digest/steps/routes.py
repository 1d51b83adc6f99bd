"""How the ways out stand, for people."""

from dataclasses import dataclass
from datetime import datetime

from digest.model import IssueId, SubscriberId
from digest.steps.parts import Parts
from digest.steps.ways import WARM_UP
from digest.store import routes, warming
from digest.store.engine import reading


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteReport:
    """One way out as it stands now."""

    name: str
    transport: str
    #: the provider asked for quiet until then
    closed_until: datetime | None
    failing_since: datetime | None
    note: str
    #: messages given to it today, and the most its warm-up plan allows; None: no plan holds
    warmed: int | None
    most: int | None


def report(parts: Parts) -> list[RouteReport]:
    """All ways out, in order of preference."""
    now = parts.clock.now()
    told = []
    with reading(parts.engine) as connection:
        states = routes.states(connection)
        for way in parts.ways:
            state = states.get(way.name)
            room = way.warm_up.room(now.date()) if way.warm_up else None
            used = warming.on(connection, way.name, now.date()) if room else {}
            closed = state.closed_until if state else None
            told.append(
                RouteReport(
                    name=way.name,
                    transport=way.transport.name,
                    closed_until=closed if closed and closed > now else None,
                    failing_since=state.failing_since if state else None,
                    note=state.note if state else "",
                    warmed=used.get(warming.ALL, 0) if room else None,
                    most=room.total if room else None,
                )
            )
    return told


def left_out(parts: Parts, issue: IssueId) -> list[SubscriberId]:
    """The readers of an issue whom no route could mail that day, since they warm up."""
    with reading(parts.engine) as connection:
        return warming.left_out(connection, issue, WARM_UP)
