"""A small HTTP server that takes SendGrid's Mail Send requests, and misbehaves by seed.

It writes down whom each request that it takes is for, before it answers.
"""

import asyncio
import json
import socket
from collections.abc import Mapping
from typing import Any

from digest.chaos.faults import Fault, Faults
from digest.chaos.record import Entry, Record

KINDS = tuple(Fault)
SILENCE = 30
REASONS = {202: "Accepted", 400: "Bad Request", 429: "Too Many Requests", 500: "Server Error"}


class ApiServer:
    """Serves one listening socket until its process ends."""

    def __init__(self, record: Record, faults: Faults) -> None:
        self._record = record
        self._faults = faults
        self._open = 0
        self._most = 0
        self._answered = 0

    async def serve(self, listener: socket.socket) -> None:
        """Answer for ever."""
        server = await asyncio.start_server(self._connection, sock=listener)
        async with server:
            await server.serve_forever()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        if self._open > self._most:
            self._most = self._open
            self._record.add(Entry.CONNECTIONS, str(self._most))
        try:
            while await self._request(reader, writer):
                await writer.drain()
        except (OSError, EOFError, asyncio.LimitOverrunError):
            pass  # the client was killed
        finally:
            self._open -= 1
            writer.close()

    async def _request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; False: the connection is at its end."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        _, _, length = head.partition("content-length:")
        told = json.loads(await reader.readexactly(int(length.split("\r\n", 1)[0])))
        to = [one["to"][0]["email"] for one in told["personalizations"]]
        fault = self._faults.next()
        if fault is not None:
            self._record.add(Entry.FAULT, *[fault.value] * len(to))
        if fault is Fault.BUSY:
            return _answer(writer, 429)
        if fault is Fault.REFUSE:
            # All but the first are asked for again, without it.
            self._record.add(Entry.REFUSED, to[0])
            error = {"message": "is not allowed", "field": "personalizations.0.to.0.email"}
            return _answer(writer, 400, json.dumps({"errors": [error]}))
        if fault is Fault.CLOSE:
            return False
        if fault is Fault.ERROR and self._faults.dice.random() < 0.5:
            return _answer(writer, 500)
        self._record.add(Entry.ACCEPTED, *to)
        self._record.add(Entry.EVENT, *_events(told))
        if fault is Fault.ERROR:
            return _answer(writer, 500)
        if fault is Fault.TIMEOUT:
            await asyncio.sleep(SILENCE)
        elif fault is Fault.TRUNCATED:
            writer.write(b"HTTP/1.1 202 Acc")
        if fault is not None:
            return False
        self._answered += 1
        return _answer(writer, 202, headers=f"X-Message-Id: m{self._answered}\r\n")


def _events(told: Mapping[str, Any]) -> list[str]:
    """What SendGrid's webhook would post of a request that it takes."""
    batch = told["custom_args"]["dg_batch"]
    return [
        json.dumps(
            {
                "event": "processed",
                "sg_event_id": f"{batch}/{one['custom_args']['dg_delivery']}",
                "timestamp": 1,
                "dg_batch": batch,
                "dg_delivery": one["custom_args"]["dg_delivery"],
            }
        )
        for one in told["personalizations"]
    ]


def _answer(
    writer: asyncio.StreamWriter, status: int, body: str = "", *, headers: str = ""
) -> bool:
    told = body.encode()
    writer.write(
        f"HTTP/1.1 {status} {REASONS[status]}\r\n{headers}"
        f"Content-Length: {len(told)}\r\n\r\n".encode()
        + told
    )
    return True
