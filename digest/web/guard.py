"""What stands before every page: response headers, the loopback border, and CSRF.

References: security headers per OWASP's secure headers project; cross-site requests are told by
Sec-Fetch-Site and Origin, so no form needs a token.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
    """Adds the headers that every answer carries, unless the page set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

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


class LoopbackOnly:
    """Answers only this machine: the desk has no accounts yet.

    The Host is checked too, so that a page elsewhere cannot reach the desk through a name that
    it points at this machine (DNS rebinding). A request that a proxy passed on is refused.
    """

    def __init__(
        self, app: ASGIApp, prefixes: Sequence[str] = ("/",), save: Sequence[str] = ()
    ) -> None:
        self._app = app
        self._prefixes = tuple(prefixes)
        #: below them, what answers everybody
        self._save = tuple(save)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http" and self._guards(scope["path"]) and not _from_here(scope):
            text = "This page answers only on the machine it runs on."
            await PlainTextResponse(text, status_code=403)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _guards(self, path: str) -> bool:
        if path.startswith(self._save):
            return False
        return path == "/" or path.startswith(self._prefixes)


def _from_here(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    client = scope.get("client")
    name = urlsplit(f"//{headers.get('host', '')}").hostname or ""
    passed_on = any(key in headers for key in ("x-forwarded-for", "forwarded", "x-real-ip"))
    return client is not None and client[0] in LOOPBACK and name in LOOPBACK and not passed_on
