"""A small SMTP server for the proof: takes mail, writes down for whom, and misbehaves by seed.

RFC 5321 as far as a client needs it: EHLO, MAIL, RCPT, DATA, RSET, NOOP, QUIT, PIPELINING. It keeps
no mail.
"""

import asyncio
import re
import socket

from digest.chaos.faults import Fault, Faults
from digest.chaos.record import Entry, Record

#: what SMTP has no way to say apart
KINDS = (Fault.BUSY, Fault.REFUSE, Fault.CLOSE_TAKEN, Fault.CLOSE, Fault.TIMEOUT, Fault.TRUNCATED)
#: longer than any client of the proof waits
SILENCE = 30
_ADDRESS = re.compile(rb"<([^>]*)>")


class SmtpServer:
    """Serves one listening socket until its process ends."""

    def __init__(self, record: Record, faults: Faults) -> None:
        self._record = record
        self._faults = faults
        self._open = 0
        self._most = 0

    async def serve(self, listener: socket.socket) -> None:
        """Answer for ever."""
        server = await asyncio.start_server(self._connection, sock=listener, limit=1 << 22)
        async with server:
            await server.serve_forever()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        if self._open > self._most:
            self._most = self._open
            self._record.add(Entry.CONNECTIONS, str(self._most))
        try:
            await self._talk(reader, writer)
        except (OSError, EOFError, asyncio.LimitOverrunError):
            pass  # the client was killed
        finally:
            self._open -= 1
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 chaos ready\r\n")
        to: list[str] = []
        while line := await reader.readline():
            verb = line[:4].upper().rstrip()
            if verb == b"EHLO":
                writer.write(
                    b"250-chaos\r\n250-PIPELINING\r\n250-SIZE 50000000\r\n250 8BITMIME\r\n"
                )
            elif verb == b"QUIT":
                writer.write(b"221 bye\r\n")
                return
            elif verb == b"RCPT":
                found = _ADDRESS.search(line)
                to.append(found[1].decode() if found else "")
                writer.write(b"250 ok\r\n")
            elif verb == b"DATA":
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                if not await self._dot(writer, to):
                    return
                to = []
            else:
                to = [] if verb in {b"MAIL", b"RSET"} else to
                writer.write(b"250 ok\r\n")

    async def _dot(self, writer: asyncio.StreamWriter, to: list[str]) -> bool:
        """Take the message or not; False: the connection is at its end."""
        fault = self._faults.next()
        if fault is not None:
            self._record.add(Entry.FAULT, fault.value)
        if fault is Fault.BUSY:
            writer.write(b"451 4.3.0 come again\r\n")
            return True
        if fault is Fault.REFUSE:
            self._record.add(Entry.REFUSED, *to)
            writer.write(b"554 5.7.1 no\r\n")
            return True
        if fault is Fault.CLOSE:
            return False
        self._record.add(Entry.ACCEPTED, *to)
        if fault is Fault.TIMEOUT:
            await asyncio.sleep(SILENCE)
        elif fault is Fault.TRUNCATED:
            writer.write(b"25")
        if fault is not None:
            return False
        writer.write(b"250 2.0.0 Ok: queued as CHAOS\r\n")
        return True
