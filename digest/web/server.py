"""Serves sites until the process is told to stop."""

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from digest.errors import DigestError

#: seconds between two beats of a server
BEAT = 5.0


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


def serve_forever(
    addresses: Sequence[Address],
    ready: Callable[[], None] = lambda: None,
    beat: Callable[[], None] = lambda: None,
) -> None:
    """Serve all of them in this process until SIGINT or SIGTERM.

    ``ready`` is called once all of them answer, ``beat`` every few seconds from then on. Raises
    DigestError when a port is taken.
    """
    try:
        asyncio.run(_serve(addresses, ready, beat))
    except SystemExit as error:
        # uvicorn leaves so when it cannot listen.
        raise _taken(addresses) from error


@contextmanager
def serving(address: Address) -> Iterator[None]:
    """Serve beside other work, as long as the block lasts. Raises DigestError: a port is taken."""
    server = _server(address)
    failed = threading.Event()

    def serve() -> None:
        try:
            server.run()
        except SystemExit:
            failed.set()

    thread = threading.Thread(target=serve, name="metrics", daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        thread.join(0.01)
    if failed.is_set():
        raise _taken([address], "metrics.port")
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def _taken(addresses: Sequence[Address], key: str = "web.port") -> DigestError:
    places = ", ".join(f"{one.host}:{one.port}" for one in addresses)
    return DigestError(
        f"cannot listen on {places}", hint=f"another program may use the port: set {key}"
    )


def _server(one: Address) -> _Server:
    return _Server(
        uvicorn.Config(
            one.site,
            host=one.host,
            port=one.port,
            # Its lines go where ours go: digest/logs.py.
            log_config=None,
            access_log=False,
            server_header=False,
            # The desk tells by the peer's address who asks: a header must not change it.
            proxy_headers=False,
        )
    )


async def _serve(
    addresses: Sequence[Address], ready: Callable[[], None], beat: Callable[[], None]
) -> None:
    servers = [_server(one) for one in addresses]

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    async def beating() -> None:
        # uvicorn tells by an attribute alone.
        while not all(server.started for server in servers):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        ready()
        while True:
            beat()
            await asyncio.sleep(BEAT)

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    beats = asyncio.create_task(beating())
    try:
        await asyncio.gather(*(server.serve() for server in servers))
    finally:
        beats.cancel()
