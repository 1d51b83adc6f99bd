"""The socket of one SMTP connection: never waits, speaks TLS when told to, reads replies."""

import os
import socket
import ssl
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple, TypeAlias

#: as getaddrinfo tells it: family and address
Place: TypeAlias = tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int]]
#: longer replies are nonsense: RFC 5321 §4.5.3.1.5 allows lines of 512
_LONGEST_LINE = 8192
_MOST_LINES = 200
#: Linux has it
_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)


class GoneError(Exception):
    """The connection is of no more use: closed, reset, timed out, or talking something else."""


class Reply(NamedTuple):
    """One reply of the server (RFC 5321 §4.2)."""

    code: int
    text: bytes


class Wire:
    """A connection being made or open. Methods but ``close`` raise GoneError, OSError or SSLError.

    ``advance`` when the selector says so; what is sent meanwhile is kept and goes then.
    """

    def __init__(self, place: Place) -> None:
        family, address = place
        self._socket: socket.socket = socket.socket(family, socket.SOCK_STREAM)
        self._tls: ssl.SSLSocket | None = None
        self._state = self._connecting
        self._out = memoryview(b"")
        self._in = b""
        self._lines: list[bytes] = []
        self._failed: OSError | None = None
        try:
            self._socket.setblocking(False)
            # The final dot is a packet of its own; it must not wait for an acknowledgement.
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with suppress(BlockingIOError):
                self._socket.connect(address)
        except BaseException:
            self._socket.close()
            raise
        self.number = self._socket.fileno()
        #: whether it waits until the network takes more
        self.blocked = True

    @property
    def unsent(self) -> int:
        """Bytes that the system has not taken yet."""
        return len(self._out)

    def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Speak TLS from here on. Raises GoneError if the server said more than it was asked.

        Such bytes came unprotected, from anybody on the way; they must not count as said under
        TLS (CVE-2011-0411).
        """
        if self._in or self._lines:
            raise GoneError("spoke before TLS")
        self._socket = self._tls = context.wrap_socket(
            self._socket, server_hostname=host, do_handshake_on_connect=False
        )
        self._state = self._shaking_hands
        self.blocked = True

    def send(self, data: bytes) -> None:
        """Send ``data`` after what is waiting; what the system does not take now is kept."""
        if self._failed:
            raise self._failed
        if self._out:
            self._out = memoryview(bytes(self._out) + data)
            return
        self._out = memoryview(data)
        if self._state == self._talking:
            self._flush()

    def advance(self, *, readable: bool) -> list[Reply]:
        """Go on where the network allows; what the server said meanwhile."""
        if not self._state():
            return []
        if self._out and not self._failed:
            self._flush()
        heard = self._replies() if readable or self._tls else []
        if self._failed and not heard:
            raise self._failed
        return heard

    def acknowledge(self) -> None:
        """Tell the server at once that its bytes have come, where the system can.

        One that writes each reply by itself holds back the rest until then (RFC 896), and the
        system would take its time (RFC 1122 §4.2.3.2): 40 ms a message.
        """
        if _QUICKACK is not None:
            with suppress(OSError):
                self._socket.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)

    @property
    def ready(self) -> bool:
        """Whether it is connected, and TLS is agreed on where asked for."""
        return self._state == self._talking

    def close(self) -> None:
        """Hang up."""
        with suppress(OSError):
            self._socket.close()

    # --- states: each tells whether there is anything to talk about yet

    def _connecting(self) -> bool:
        failed = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if failed:
            raise OSError(failed, os.strerror(failed))
        self._state = self._talking
        self.blocked = False
        return True

    def _shaking_hands(self) -> bool:
        assert self._tls is not None, "secured before"
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self.blocked = False
            return False
        except ssl.SSLWantWriteError:
            self.blocked = True
            return False
        self._state = self._talking
        self.blocked = False
        return True

    def _talking(self) -> bool:
        return True

    # --- bytes

    def _flush(self) -> None:
        try:
            while self._out:
                self._out = self._out[self._socket.send(self._out) :]
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            pass
        except OSError as error:
            # What the server said before it hung up is still to be heard.
            self._failed = error
        self.blocked = bool(self._out)

    def _replies(self) -> list[Reply]:
        heard: list[Reply] = []
        while True:
            try:
                data = self._socket.recv(65536)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return heard
            if not data:
                if heard:
                    return heard
                raise GoneError("closed")
            self._parse(data, heard)
            # TLS may hold more than the selector knows of.
            if not self._tls:
                return heard

    def _parse(self, data: bytes, heard: list[Reply]) -> None:
        *lines, self._in = (self._in + data).split(b"\n")
        if len(self._in) > _LONGEST_LINE:
            raise GoneError("no SMTP")
        for line in lines:
            reply, last = _line(line)
            if self._lines or not last:
                self._lines.append(reply.text)
                if len(self._lines) > _MOST_LINES:
                    raise GoneError("no SMTP")
                if not last:
                    continue
                reply = Reply(reply.code, b"\n".join(self._lines))
                self._lines.clear()
            heard.append(reply)


# A server says the same again and again.
@lru_cache(1024)
def _line(line: bytes) -> tuple[Reply, bool]:
    """A line of a reply, and whether it is its last."""
    code, more = line[:3], line[3:4]
    if len(code) != 3 or not code.isdigit() or more not in {b"", b" ", b"-", b"\r"}:
        raise GoneError("no SMTP")
    return Reply(int(code), line[4:].rstrip()), more != b"-"


def places(host: str, port: int) -> list[Place]:
    """Where ``host`` answers, by DNS. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(family, address) for family, _, _, _, address in found]  # type: ignore[misc]  # of IP
