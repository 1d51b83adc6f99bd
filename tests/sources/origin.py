"""A loopback web server whose every answer a test writes itself."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from types import TracebackType
from typing import Self

from digest.sources.fetch import Fetcher
from digest.sources.pace import Pace

LOOPBACK = (ip_network("127.0.0.0/8"),)


class Handler(BaseHTTPRequestHandler):
    """Passes each request on to the origin's answers."""

    protocol_version = "HTTP/1.1"
    origin: "Origin"

    def do_GET(self) -> None:
        """Answer from the first path that the request begins with, longest first."""
        self.close_connection = True
        self.origin.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
        for path in sorted(self.origin.answers, key=len, reverse=True):
            if self.path.startswith(path):
                self.origin.answers[path](self)
                return
        self.reply(404, b"nothing here")

    def do_HEAD(self) -> None:
        """The same without a body, see ``reply``."""
        self.do_GET()

    def reply(self, status: int, body: bytes = b"", **headers: str) -> None:
        """A whole answer; underscores in header names are hyphens."""
        self.send_response(status)
        told = {"Content-Length": str(len(body)), "Connection": "close"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        for name, value in told.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Quiet."""


class Server(ThreadingHTTPServer):
    """Does not wait for answers that a test has long turned away from."""

    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is part of the tests."""


class Origin:
    """Answers by path prefix; ``requests`` holds what was asked. A context manager."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.answers: dict[str, Callable[[Handler], None]] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        handler = type("Bound", (Handler,), {"origin": self})
        self._server = Server((host, 0), handler)
        self.url = f"http://{host}:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def gives(self, path: str, body: bytes, status: int = 200, **headers: str) -> str:
        """Answer ``path`` so from now on; the address to ask."""
        self.answers[path] = lambda handler: handler.reply(status, body, **headers)
        return f"{self.url}{path}"


def fetcher(**bounds: float) -> Fetcher:
    """A fetcher that may read loopback."""
    deadline, idle = bounds.get("deadline", 30.0), bounds.get("idle", 10.0)
    pace = Pace(gap=bounds.get("gap", 0.0))
    return Fetcher("digest-tests", allow_private=LOOPBACK, deadline=deadline, idle=idle, pace=pace)
