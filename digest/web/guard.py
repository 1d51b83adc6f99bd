"""What stands before every page: response headers, CSRF, how long a body may be.

References: security headers per OWASP's secure headers project; cross-site requests are told by
Sec-Fetch-Site and Origin, so no form needs a token.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digest.web.place import PASSED_ON

#: bytes of a form
SMALL = 64 * 1024
TOO_LONG = "This is too long."
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost", "[::1]"})
#: paths that mail programs (RFC 8058) and providers post to, without cookie, token or Origin,
#: and the API, whose key no browser sends by itself
MACHINE_PATHS = ("/u/", "/hooks/", "/api/")
#: where forms on other sites post to: it knows nobody, and reads no cookie
FORM_PATH = "/join"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
#: a mail in a frame: its own inline styles and the publisher's pictures, and nothing that acts
MAIL_POLICY = (
    "default-src 'none'; img-src https: http: data:; style-src 'unsafe-inline'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox allow-popups"
)
#: a mail as a page of its own, whose links open as pages do
COPY_POLICY = (
    "default-src 'none'; img-src https: http:; style-src 'unsafe-inline'; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
#: mails in frames by ``srcdoc``, which are under their page's policy: so the page cannot act either
PREVIEW_POLICY = (
    "default-src 'none'; img-src https: http:; style-src 'unsafe-inline'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)


class ResponseHeaders:
    """Adds the headers that every answer carries, unless the page set its own.

    ``secure``: the site is reached by https, and browsers are to remember that (RFC 6797).
    """

    def __init__(self, app: ASGIApp, *, secure: bool = False) -> None:
        self._app = app
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", PAGE_POLICY)
                headers.setdefault("Referrer-Policy", "no-referrer")
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
                headers.setdefault("X-Robots-Tag", "noindex")
                headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
                if self._secure:
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        await self._app(scope, receive, with_headers)


class SameOrigin:
    """Refuses state-changing requests that another site's page made."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http" and not _same_origin(scope):
            answer = PlainTextResponse("This request came from another site.", status_code=403)
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _same_origin(scope: Scope) -> bool:
    if scope["method"] in SAFE_METHODS or scope["path"].startswith(MACHINE_PATHS):
        return True
    if scope["path"] == FORM_PATH:
        return True
    headers = Headers(scope=scope)
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = headers.get("origin")
    # Neither header: not a browser, so nobody's session can be borrowed.
    return origin is None or urlsplit(origin).netloc == headers.get("host")


class SmallBodies:
    """Refuses a long body before it fills anything (413): nobody who is unknown sends files."""

    def __init__(self, app: ASGIApp, limit: int = SMALL) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        # What machines post has limits of its own, and its own answers.
        if scope["type"] != "http" or scope["path"].startswith(MACHINE_PATHS):
            await self._app(scope, receive, send)
            return
        left = self._limit

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413, TOO_LONG)
            return message

        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdigit() or int(declared) > self._limit:
            await PlainTextResponse(TOO_LONG, status_code=413)(scope, receive, send)
            return
        await self._app(scope, counted, send)


def from_here(scope: Scope) -> bool:
    """Whether this machine itself asks, by a name that means it.

    The Host is looked at too, so that a page elsewhere cannot reach us through a name that it
    points at this machine (DNS rebinding). A request that a proxy passed on is not from here.
    """
    headers = Headers(scope=scope)
    client = scope.get("client")
    name = urlsplit(f"//{headers.get('host', '')}").hostname or ""
    passed_on = any(key in headers for key in PASSED_ON)
    return client is not None and client[0] in LOOPBACK and name in LOOPBACK and not passed_on
