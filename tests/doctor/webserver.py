"""One web server on loopback for every host: our own pages, sites, a policy, SendGrid's API."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass(frozen=True)
class Page:
    """An answer."""

    status: int = 200
    body: bytes = b"ok"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class WebServer:
    """``pages`` by method, host and path: ``POST news.example/u/x``; elsewhere it answers 404."""

    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[tuple[str, bytes, dict[str, str]]] = field(default_factory=list)
    ports: dict[int, int] = field(default_factory=dict)

    def dial(self, host: str, port: int) -> tuple[str, int]:
        """Every host's 80 and 443 are here; other ports are those of this machine."""
        return "127.0.0.1", self.ports.get(port, port)


@contextmanager
def web_server(certificate: Path) -> Iterator[WebServer]:
    """Start one by http and by https."""
    made = WebServer()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = f"{self.command} {self.headers['Host']}{self.path}"
            made.asked.append((asked, body, dict(self.headers)))
            page = made.pages.get(asked, Page(404))
            self.send_response_only(page.status)
            told = {"Date": formatdate(usegmt=True), "Content-Length": str(len(page.body))}
            for name, value in {**told, **page.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(page.body)

        do_GET = do_HEAD = do_POST = _answer  # noqa: N815 - names of the base class

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    servers = {80: ThreadingHTTPServer(("127.0.0.1", 0), Handler)}
    servers[443] = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    servers[443].socket = context.wrap_socket(servers[443].socket, server_side=True)
    made.ports = {port: one.server_port for port, one in servers.items()}
    threads = [
        threading.Thread(target=one.serve_forever, args=(0.02,), daemon=True)
        for one in servers.values()
    ]
    for thread in threads:
        thread.start()
    try:
        yield made
    finally:
        for one in servers.values():
            one.shutdown()
            one.server_close()
        for thread in threads:
            thread.join(5)
