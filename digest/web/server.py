"""Serves sites until the process is told to stop."""

import asyncio
import contextlib
import signal
from collections.abc import Generator, Sequence
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from digest.errors import DigestError


@dataclass(frozen=True, slots=True)
class Address:
    """A site and where it answers."""

    site: ASGIApp
    host: str
    port: int


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Signals are taken once for all servers, in serve_forever."""
        yield


def serve_forever(addresses: Sequence[Address]) -> None:
    """Serve all of them in this process until SIGINT or SIGTERM.

    Raises DigestError when a port is taken.
    """
    try:
        asyncio.run(_serve(addresses))
    except SystemExit as error:
        # uvicorn leaves so when it cannot listen.
        places = ", ".join(f"{one.host}:{one.port}" for one in addresses)
        raise DigestError(
            f"cannot listen on {places}", hint="another program may use the port: set web.port"
        ) from error


async def _serve(addresses: Sequence[Address]) -> None:
    servers = [
        _Server(
            uvicorn.Config(
                one.site,
                host=one.host,
                port=one.port,
                log_level="critical",
                access_log=False,
                server_header=False,
                # The desk tells by the peer's address who asks: a header must not change it.
                proxy_headers=False,
            )
        )
        for one in addresses
    ]

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    await asyncio.gather(*(server.serve() for server in servers))
