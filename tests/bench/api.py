"""SendGrid's API on loopback in a process of its own: takes anything, after a while if told to.

``python -m tests.bench.api SECONDS [CERTIFICATE KEY]`` prints its port, serves until standard
input ends, then prints how many requests it took. It looks into no body, so that what is measured
is the client.
"""

import asyncio
import ssl
import sys

SAID = b"HTTP/1.1 202 Accepted\r\nX-Message-Id: m%d\r\nContent-Length: 0\r\n\r\n"


class Api(asyncio.Protocol):
    """One connection."""

    taken = 0

    def __init__(self, latency: float) -> None:
        self._latency = latency
        self._head = b""
        self._left = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to answer."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Count the body down."""
        if self._left < 0:
            self._head += data
            head, end, rest = self._head.partition(b"\r\n\r\n")
            if not end:
                return
            length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            self._left, data, self._head = int(length), rest, b""
        self._left -= len(data)
        if self._left == 0:
            self._left = -1
            asyncio.get_running_loop().call_later(self._latency, self._answer)

    def _answer(self) -> None:
        Api.taken += 1
        assert isinstance(self._transport, asyncio.Transport)
        self._transport.write(SAID % Api.taken)


async def serve(latency: float, certificate: list[str]) -> None:
    """Until standard input ends."""
    loop = asyncio.get_running_loop()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH) if certificate else None
    if context:
        context.load_cert_chain(*certificate)
    server = await loop.create_server(
        lambda: Api(latency), "127.0.0.1", 0, backlog=128, ssl=context
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()
    print(Api.taken, flush=True)


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1]), sys.argv[2:]))
