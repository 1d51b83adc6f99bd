"""The ways out as config.toml asks for them."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.engine import Engine

from digest.config.providers import WarmUp
from digest.config.settings import RouteSettings, Sending, Settings
from digest.deliver.account import Account
from digest.deliver.routes import Paced, Route, Routes
from digest.deliver.transports.build import build as build_transport
from digest.deliver.transports.build import lanes
from digest.deliver.warm_up import Plan
from digest.deliver.watched import Watched
from digest.protocols import Clock, Holding, Transport
from digest.watch.meter import Meter


def build(
    settings: Settings,
    engine: Engine,
    clock: Clock,
    stop: Callable[[], bool],
    verp_key: Callable[[], bytes],
    meter: Meter | None = None,
) -> tuple[Transport, tuple[Route, ...]]:
    """One transport that speaks for all, and the routes it stands for. ``meter`` hears of both.

    Raises AddressError for a bad ``from``.
    """
    sending = settings.sending
    ways: dict[str, Sending | RouteSettings] = {sending.transport: sending}
    if sending.transport == "routes":
        ways = dict(sending.routes)
    routes = tuple(
        _route(
            sending,
            way,
            Account(engine=engine, clock=clock, name=name, per_second=way.per_second, stop=stop),
            verp_key,
            meter or Meter(),
        )
        for name, way in ways.items()
    )
    if len(routes) == 1:
        return routes[0].transport, routes
    return Routes(routes, sending.letters or routes[0].name), routes


def _route(
    sending: Sending,
    way: Sending | RouteSettings,
    account: Account,
    verp_key: Callable[[], bytes],
    meter: Meter,
) -> Route:
    bare = build_transport(sending, way, verp_key, account.close)
    holding = bare if isinstance(bare, Holding) else None
    shared = way.transport == "sendgrid"
    transport: Watched | Paced = Watched(bare, account.name, meter, shared=shared)
    if account.per_second is not None or way.transport == "sendgrid" or way is not sending:
        transport = Paced(transport, account)
    if isinstance(way, Sending):
        return Route(name=account.name, transport=transport, lanes=lanes(way), holding=holding)
    patience = way.give_up_after_minutes
    return Route(
        name=account.name,
        transport=transport,
        lanes=lanes(way),
        holding=holding,
        warm_up=_plan(way.warm_up) if way.warm_up else None,
        give_up_after=None if patience is None else timedelta(minutes=patience),
    )


def _plan(given: WarmUp) -> Plan:
    return Plan(
        started=given.started,
        per_day=given.per_day,
        per_domain=given.per_domain,
        growth=given.growth,
        days=given.days,
    )
