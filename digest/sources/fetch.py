"""The one way out to the web: a guarded client for everything that sources fetch.

http and https only; every address checked as it is dialled (guard.py), at most five redirects;
bodies bounded while they inflate (inflate.py); one deadline over all; one request at a time to a
host (pace.py); no cookies, no proxies, no settings from the environment. Made once and shared by
threads; between calls it remembers nothing but whose turn it is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache, partial

import httpcore2
import httpx2

from digest.errors import SourceError
from digest.sources.guard import (
    WEB_PORTS,
    AddressRefusedError,
    AddressRules,
    Deadline,
    GuardedBackend,
    Network,
    Resolve,
    TooSlowError,
    resolve,
)
from digest.sources.inflate import ACCEPTED, gather_body
from digest.sources.login import Login
from digest.sources.pace import Pace

MAX_BYTES = 10_000_000
MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD = frozenset({301, 308})
_LEAST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=24)
FEED_TYPES = (
    "application/rss+xml, application/atom+xml, application/rdf+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)


class GoneError(SourceError):
    """410: the publisher took it away for good."""


class MissingError(SourceError):
    """404: nothing is there, perhaps for the moment."""


class BusyError(SourceError):
    """429 or 503: the server asks us to come again later."""

    def __init__(self, message: str, *, wait: timedelta | None) -> None:
        super().__init__(message, hint="It is tried again later")
        self.wait = wait


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedBody:
    """What a server answered, whatever its status, after redirects and decompression."""

    url: str
    status: int
    #: by lower-case name
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    #: status and target of each redirect on the way here
    hops: tuple[tuple[int, str], ...] = ()

    @property
    def moved_to(self) -> str:
        """Where the address asked for has moved to for good; empty if it has not.

        Only as far as every redirect on the way is permanent (301, 308): what comes after a
        passing one may lead elsewhere tomorrow.
        """
        moved = ""
        for status, target in self.hops:
            if status not in _FOR_GOOD:
                break
            moved = target
        return moved

    @property
    def content_type(self) -> str:
        """The media type alone, lower case; empty if the server did not say."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        """The charset the server claims; often wrong, so only ever a hint."""
        _, _, parameters = self.headers.get("content-type", "").partition(";")
        for parameter in parameters.split(";"):
            name, _, value = parameter.partition("=")
            if name.strip().lower() == "charset":
                return value.strip().strip("\"'").lower()
        return ""

    @property
    def etag(self) -> str:
        """Exactly as received."""
        return self.headers.get("etag", "")

    @property
    def last_modified(self) -> str:
        """Exactly as received."""
        return self.headers.get("last-modified", "")

    def check(self, now: datetime) -> "FetchedBody":
        """Itself if the status is 200 to 299 or 304. Raises a SourceError that says what to do."""
        if self.status == 304 or 200 <= self.status < 300:
            return self
        if self.status == 410:
            raise GoneError(
                "the publisher took it away for good (410)",
                hint="Remove the source or give its new address",
            )
        if self.status == 404:
            raise MissingError("the server answered 404", hint=_HINTS[404])
        if self.status in {429, 503}:
            wait = retry_after(self.headers, now)
            raise BusyError(f"the server is busy ({self.status})", wait=wait)
        raise SourceError(f"the server answered {self.status}", hint=_HINTS.get(self.status, _HINT))


_HINT = "It is tried again at the next poll"
_HINTS = {
    401: "It wants a login: ask the publisher for an open address",
    403: "It refuses us: ask the publisher to let this machine or its User-Agent in",
    404: "Nothing is there: check the address",
}


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long Retry-After asks us to wait, in seconds or as a date (RFC 9110 §10.2.3).

    A date counts from the server's own Date, so that a wrong clock does not matter. Between one
    minute and a day; None where the server does not say.
    """
    asked = headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        wait = timedelta(seconds=min(int(asked[:9]), 10**8))
    else:
        until = _http_date(asked)
        if until is None:
            return None
        wait = until - (_http_date(headers.get("date", "")) or now)
    return max(_LEAST_WAIT, min(wait, _LONGEST_WAIT))


def fresh_seconds(headers: Mapping[str, str], now: datetime) -> int:
    """How long the server says its answer stays fresh (RFC 9111 §4.2.1), 0 if it does not say.

    At most a day. Shared caches' own limits (``s-maxage``) are not meant for us.
    """
    told = headers.get("cache-control", "").lower()
    if re.search(r"\bno-(?:store|cache)\b", told):
        return 0
    longest = int(_LONGEST_WAIT.total_seconds())
    if found := re.search(r'\bmax-age\s*=\s*"?(\d{1,9})', told):
        seconds = int(found.group(1))
        age = headers.get("age", "")
        seconds -= int(age) if age.isascii() and age.isdigit() and len(age) < 10 else 0
        return max(0, min(seconds, longest))
    until = _http_date(headers.get("expires", ""))
    if until is None:
        return 0
    left = until - (_http_date(headers.get("date", "")) or now)
    return max(0, min(int(left.total_seconds()), longest))


def _http_date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


class Fetcher:
    """Fetches; see the module. Times in seconds, sizes in bytes."""

    def __init__(
        self,
        user_agent: str,
        *,
        allow_private: tuple[Network, ...] = (),
        ports: frozenset[int] = WEB_PORTS,
        deadline: float = 30,
        idle: float = 10,
        max_bytes: int = MAX_BYTES,
        pace: Pace | None = None,
        resolve: Resolve = resolve,
    ) -> None:
        self._user_agent = user_agent
        self._rules = AddressRules(allow_private=allow_private, ports=ports)
        self._deadline = deadline
        self._idle = idle
        self._max_bytes = max_bytes
        self._pace = pace or Pace()
        self._resolve = resolve
        self._tls = cache(partial(httpx2.create_ssl_context, trust_env=False))

    def fetch(
        self,
        url: str,
        *,
        etag: str = "",
        last_modified: str = "",
        accept: str = FEED_TYPES,
        login: Login | None = None,
        method: str = "GET",
    ) -> FetchedBody:
        """GET or HEAD ``url``; conditional where validators from an earlier answer are given.

        ``login`` goes to its own site alone, whatever redirects say, and only where nobody can
        read along.
        Returns whatever was answered in the end. Raises SourceError where nothing usable was.
        """
        headers = {"User-Agent": self._user_agent, "Accept": accept, "Accept-Encoding": ACCEPTED}
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        target = _parse(url)
        hops: list[tuple[int, str]] = []
        left = self._deadline
        while len(hops) <= MAX_REDIRECTS:
            with self._pace.turn(target.host):
                # the wait for a turn is not the server's time
                deadline = Deadline(left)
                told = login.headers(str(target)) if login is not None else {}
                answer = self._ask(method, target, {**headers, **told}, deadline)
            location = answer.headers.get("location", "")
            if answer.status not in _REDIRECTS or not location:
                return replace(answer, hops=tuple(hops))
            left = deadline.left()
            target = _parse(location, base=target)
            hops.append((answer.status, str(target)))
        raise SourceError(
            f"more than {MAX_REDIRECTS} redirects, the last to {target.host}",
            hint="Give the address they should lead to",
        )

    def _ask(
        self, method: str, url: httpx2.URL, headers: Mapping[str, str], deadline: Deadline
    ) -> FetchedBody:
        wait = dict.fromkeys(("connect", "read", "write", "pool"), self._idle)
        pool = httpcore2.ConnectionPool(
            ssl_context=self._tls(),
            max_connections=1,
            network_backend=GuardedBackend(self._rules, deadline, self._resolve),
        )
        with pool:
            try:
                return self._read(pool, method, url, headers, wait)
            except httpcore2.TimeoutException as error:
                raise TooSlowError(
                    f"{url.host} took too long", hint="It is tried again at the next poll"
                ) from error
            except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
                raise SourceError(
                    f"{url.host} could not be read ({_said(error)})",
                    hint="Check that the address opens in a browser",
                ) from error

    def _read(
        self,
        pool: httpcore2.ConnectionPool,
        method: str,
        url: httpx2.URL,
        headers: Mapping[str, str],
        wait: Mapping[str, float],
    ) -> FetchedBody:
        target = httpcore2.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        )
        sent = [("Host", url.netloc.decode("ascii")), *headers.items()]
        with pool.stream(method, target, headers=sent, extensions={"timeout": wait}) as response:
            received = _joined(response.headers)
            empty = method == "HEAD" or response.status in {304, *_REDIRECTS}
            body = (
                b""
                if empty
                else gather_body(
                    response.iter_stream(), received.get("content-encoding", ""), self._max_bytes
                )
            )
        return FetchedBody(url=str(url), status=response.status, headers=received, body=body)


def _parse(url: str, base: httpx2.URL | None = None) -> httpx2.URL:
    """The address to ask, without its fragment. Raises SourceError for what is not fetched."""
    try:
        parsed = base.join(url) if base else httpx2.URL(url)
        target = parsed.copy_with(fragment=None)
    except (httpx2.InvalidURL, ValueError, TypeError) as error:
        raise AddressRefusedError(
            "the address is not a URL", hint="Use a full http or https address"
        ) from error
    if target.scheme not in {"http", "https"} or not target.host:
        raise AddressRefusedError(
            f"only http and https are fetched, not {target.scheme[:20] or 'a bare path'}",
            hint="Use a full http or https address; local files go under path in the settings",
        )
    if target.userinfo:
        raise AddressRefusedError(
            "the address carries a login", hint="Use an address without user name and password"
        )
    return target


def _joined(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
