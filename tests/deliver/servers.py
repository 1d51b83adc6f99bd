"""Real servers on loopback: SMTP by aiosmtpd and by script, SendGrid's API over HTTP."""

import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(kw_only=True)
class MailServer:
    """An SMTP server that keeps what it gets; ``rcpt`` and ``data`` may answer otherwise."""

    #: what to answer to RCPT, by address; absent: 250
    rcpt: dict[str, str] = field(default_factory=dict)
    #: what to answer to the final dot, by first recipient; absent: 250
    data: dict[str, str] = field(default_factory=dict)
    received: list[tuple[str, str, bytes]] = field(default_factory=list)
    sessions: set[int] = field(default_factory=set)
    port: int = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.sessions.add(id(session))
        if address in self.rcpt:
            return self.rcpt[address]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if answer := self.data.get(envelope.rcpt_tos[0]):
            return answer
        self.received.append(
            (str(envelope.mail_from), envelope.rcpt_tos[0], envelope.original_content or b"")
        )
        return f"250 2.0.0 Ok: queued as Q{len(self.received):05d}"


class _OnAFreePort(Controller):
    """aiosmtpd's controller knocks at the port it was told, so it must not be told 0."""

    def _create_server(self) -> Any:
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        return self.loop.create_server(self._factory_invoker, sock=listener, ssl=self.ssl_context)


@contextmanager
def mail_server(**options: Any) -> Iterator[MailServer]:
    """Start one on a free port; ``options`` go to aiosmtpd's SMTP, or change the handler."""
    handler = MailServer(**{key: options.pop(key) for key in ("rcpt", "data") if key in options})
    options.setdefault("data_size_limit", 10_000_000)
    options.setdefault("enable_SMTPUTF8", False)
    controller = _OnAFreePort(handler, hostname="127.0.0.1", **options)
    controller.start()
    try:
        handler.port = controller.port
        yield handler
    finally:
        controller.stop()


#: what a scripted server does when a connection reaches a step: a reply, or one of these
HANG_UP = "hang up"
SILENCE = "silence"
#: the beginning of a reply, and then the end
CUT_OFF = "cut off"


@dataclass(slots=True)
class ScriptedMailServer:
    """An SMTP server that does at each step what ``script(step, connection, message)`` says.

    Steps are ``greet``, ``EHLO``, ``MAIL``, ``RCPT``, ``DATA``, ``body`` (in its middle) and
    ``dot``; connections and messages count from 1, the latter over all connections.
    """

    script: Callable[[str, int, int], str | None]
    #: what EHLO tells
    offers: Sequence[str] = ()
    port: int = 0
    connections: int = 0
    messages: int = 0
    accepted: list[str] = field(default_factory=list)
    #: the commands, as they came
    heard: list[str] = field(default_factory=list)
    #: what had come already behind each final dot
    behind: list[bytes] = field(default_factory=list)
    _open: list[socket.socket] = field(default_factory=list)

    NORMAL = {  # noqa: RUF012 - a constant of the class, not a field
        "greet": "220 ready",
        "EHLO": "250 here",
        "HELO": "250 here",
        "MAIL": "250 ok",
        "RCPT": "250 ok",
        "DATA": "354 go on",
        "body": "go on",
        "dot": "250 2.0.0 Ok",
        "RSET": "250 ok",
        "QUIT": "221 bye",
    }

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self._open.append(connection)
            self.connections += 1
            number = self.connections
            threading.Thread(target=self._talk, args=(connection, number), daemon=True).start()

    def _talk(self, connection: socket.socket, number: int) -> None:
        with connection, suppress(OSError):
            lines = _Lines(connection)
            going = self._say(connection, self._told("greet", number))
            recipient = ""
            while going and (line := lines.readline()):
                verb = line[:4].decode().upper()
                self.heard.append(line.decode().rstrip())
                self.messages += verb == "MAIL"
                if verb == "RCPT":
                    recipient = line.decode().partition("<")[2].partition(">")[0]
                told = self._told(verb, number)
                going = self._say(connection, told) and verb != "QUIT"
                if going and told.startswith("354"):
                    going = self._body(connection, lines, number, recipient)

    def _body(
        self, connection: socket.socket, lines: "_Lines", number: int, recipient: str
    ) -> bool:
        line = lines.readline()
        told = self._told("body", number)
        if told != "go on":
            self._say(connection, told)
            return False
        empty = line == b".\r\n"
        while line != b".\r\n":
            if not line:
                return False
            line = lines.readline()
        self.behind.append(lines.ahead[:4])
        told = self._told("dot", number)
        if told.startswith("250") and not empty:
            self.accepted.append(recipient)
        return self._say(connection, told)

    def _told(self, step: str, number: int) -> str:
        told = self.script(step, number, self.messages)
        if told is None and step == "EHLO" and self.offers:
            return "\r\n".join(["250-here", *(f"250-{one}" for one in self.offers), "250 HELP"])
        return told or self.NORMAL[step]

    def _say(self, connection: socket.socket, told: str) -> bool:
        if told == SILENCE:
            # Until the client gives up.
            while connection.recv(4096):
                pass
        elif told == CUT_OFF:
            connection.sendall(b"25")
        elif told != HANG_UP:
            connection.sendall(f"{told}\r\n".encode())
            return not told.startswith("421")
        return False

    def close(self) -> None:
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Lines:
    """Lines from a socket; ``ahead`` is what has come behind the last one."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.ahead = b""

    def readline(self) -> bytes:
        pieces = [self.ahead]
        while b"\n" not in pieces[-1]:
            pieces.append(self._connection.recv(1 << 20))
            if not pieces[-1]:
                return b""
        line, _, self.ahead = b"".join(pieces).partition(b"\n")
        return line + b"\n"


@contextmanager
def scripted_mail_server(
    script: Callable[[str, int, int], str | None], *offers: str
) -> Iterator[ScriptedMailServer]:
    """Start one on a free port."""
    server = ScriptedMailServer(script, offers)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.port = listener.getsockname()[1]
        thread = threading.Thread(target=server.serve, args=(listener,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            server.close()
    thread.join(5)


@contextmanager
def silent_server() -> Iterator[int]:
    """A port that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@contextmanager
def closed_port() -> Iterator[int]:
    """A port on which nobody listens, kept from others."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API answers to one request. ``drop`` closes the connection instead."""

    status: int = 202
    errors: Sequence[dict[str, Any]] = ()
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    #: seconds to think before answering
    wait: float = 0


@dataclass(slots=True)
class Api:
    """SendGrid's API as far as we use it; keeps the bodies it accepted, and all it was asked."""

    answer: Callable[[int, dict[str, Any]], Answer] = lambda number, body: Answer()
    asked: list[dict[str, Any]] = field(default_factory=list)
    accepted: list[dict[str, Any]] = field(default_factory=list)
    authorizations: set[str] = field(default_factory=set)
    #: what was asked of held mail: each path with its body
    schedules: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)
    host: str = ""

    def refs(self) -> list[str]:
        """``dg_delivery`` of every reader of every accepted request."""
        return [
            one["custom_args"]["dg_delivery"]
            for body in self.accepted
            for one in body["personalizations"]
        ]


@contextmanager
def sendgrid_api(answer: Callable[[int, dict[str, Any]], Answer] | None = None) -> Iterator[Api]:
    """Start one on a free port. ``answer`` is asked with the request's number, from 1."""
    api = Api(answer) if answer else Api()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            api.authorizations.add(self.headers["Authorization"])
            body = json.loads(raw)
            if self.path != "/v3/mail/send":
                api.schedules.append((self.path, body))
                self._say(201, b'{"batch_id": "B1"}')
                return
            api.asked.append(body)
            told = api.answer(len(api.asked), body)
            if told.wait and api.done.wait(told.wait):
                return
            if told.status in {200, 202}:
                api.accepted.append(body)
            if told.drop:
                return
            text = json.dumps({"errors": list(told.errors)}).encode() if told.errors else b""
            named = {"X-Message-Id": f"m{len(api.asked)}"} if told.status == 202 else {}
            self._say(told.status, text, {**named, **told.headers})

        def _say(self, status: int, text: bytes, headers: Mapping[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {**(headers or {}), "Content-Length": str(len(text))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api.host = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield api
    finally:
        api.done.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
