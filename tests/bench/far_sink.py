"""A mail server 20 ms away: takes everything, each reply so much later. A process of its own."""

import asyncio
import sys

REPLIES = {
    b"EHLO": b"250-far\r\n250 PIPELINING\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}
DOT = b"\r\n.\r\n"


class FarSink(asyncio.Protocol):
    """One connection."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._loop = asyncio.get_running_loop()
        self._line = b""
        self._in_body = False
        self._tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._reply(b"220 far\r\n")

    def data_received(self, data: bytes) -> None:
        while data:
            data = self._body(data) if self._in_body else self._command(data)

    def _command(self, data: bytes) -> bytes:
        line, end, rest = (self._line + data).partition(b"\r\n")
        if not end:
            self._line = line
            return b""
        self._line = b""
        verb = line[:4].upper()
        self._in_body = verb == b"DATA"
        self._tail = b"\r\n"
        self._reply(REPLIES.get(verb, b"250 ok\r\n"))
        return rest

    def _body(self, data: bytes) -> bytes:
        at = data.find(DOT)
        if at >= 0:
            rest = data[at + len(DOT) :]
        else:
            # Across two reads: only the few bytes around the seam matter.
            seam = self._tail + data[: len(DOT)]
            at = seam.find(DOT)
            if at < 0:
                self._tail = (self._tail + data[-len(DOT) :])[-len(DOT) + 1 :]
                return b""
            rest = data[at + len(DOT) - len(self._tail) :]
        self._in_body = False
        self._reply(b"250 2.0.0 Ok\r\n")
        return rest

    def _reply(self, reply: bytes) -> None:
        self._loop.call_later(self._delay, self._transport.write, reply)


async def main(delay: float) -> None:
    """Serve on a free port, which is told on standard output."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: FarSink(delay), "127.0.0.1", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1])))
