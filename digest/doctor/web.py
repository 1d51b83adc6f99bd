"""Questions to web servers that follow no redirect, and tell what TLS showed.

Not the sources' guarded client: our own address may well be private, and what matters here is the
very first answer.
"""

import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpcore2

from digest.errors import DigestError

SECONDS = 6.0
#: more of a body than this is not read
MOST = 1_000_000

#: the address that a name and port are dialled at
Dial = Callable[[str, int], tuple[str, int]]
SocketOption = (
    tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
)


class WebError(DigestError):
    """A web server cannot be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server answered at once."""

    status: int
    #: by lower-case name
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    #: when its certificate ends; None without TLS
    certificate_ends: datetime | None = None


class Web:
    """Asks one thing over one connection. ``tls`` None: the system's certificate authorities."""

    def __init__(
        self,
        tls: ssl.SSLContext | None = None,
        dial: Dial = lambda host, port: (host, port),
        seconds: float = SECONDS,
    ) -> None:
        self._tls = tls
        self._dial = dial
        self._seconds = seconds

    def ask(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """The first answer. Raises WebError, which says what went wrong."""
        wait = dict.fromkeys(("connect", "read", "write", "pool"), self._seconds)
        context = self._tls or ssl.create_default_context()
        told: dict[bytes | str, bytes | str] = {
            "Host": _host(url),
            "User-Agent": "newsletter-digest doctor",
        }
        told.update(dict(headers or {}).items())
        if body:
            told["Content-Length"] = str(len(body))
        try:
            with (
                httpcore2.ConnectionPool(
                    ssl_context=context, network_backend=_Dialling(self._dial)
                ) as pool,
                pool.stream(
                    method,
                    url,
                    headers=told,
                    content=body or None,
                    extensions={"timeout": wait},
                ) as response,
            ):
                ends = _ends(response.extensions.get("network_stream"))
                return Answer(
                    status=response.status,
                    headers={
                        name.decode("latin-1").lower(): value.decode("latin-1")
                        for name, value in response.headers
                    },
                    body=_body(response.iter_stream()),
                    certificate_ends=ends,
                )
        except ssl.SSLError as problem:
            raise WebError(f"TLS failed: {problem.reason or problem}") from problem
        except httpcore2.TimeoutException as problem:
            raise WebError(f"no answer within {self._seconds:.0f} seconds") from problem
        except (httpcore2.NetworkError, httpcore2.ProtocolError, OSError) as problem:
            raise WebError(" ".join(str(problem).split())[:150] or "no connection") from problem
        except (httpcore2.UnsupportedProtocol, ValueError) as problem:
            raise WebError("this is no web address") from problem


class _Dialling(httpcore2.SyncBackend):
    def __init__(self, dial: Dial) -> None:
        super().__init__()
        self._dial = dial

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore2.NetworkStream:
        there, at = self._dial(host, port)
        return super().connect_tcp(there, at, timeout, local_address, socket_options)


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]


def _body(pieces: Iterable[bytes]) -> bytes:
    read = b""
    for piece in pieces:
        read += piece
        if len(read) >= MOST:
            break
    return read[:MOST]


def _ends(stream: httpcore2.NetworkStream | None) -> datetime | None:
    secured = stream.get_extra_info("socket") if stream is not None else None
    if not isinstance(secured, ssl.SSLSocket):
        return None
    told = (secured.getpeercert() or {}).get("notAfter")
    if not isinstance(told, str):
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(told), UTC)
