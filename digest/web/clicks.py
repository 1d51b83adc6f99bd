"""Counted links: ``/c/…`` on the readers' site leads on to where the link of a mail meant.

No address is in the path, so nobody can make it lead elsewhere. A HEAD answers and counts nothing.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

import idna
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from digest.click_links import CLICKS
from digest.steps import clicks
from digest.steps.clicks import ClickCounter, Found
from digest.web.nothing import Nothing

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


#: what stands in an address as it is (RFC 3986 §2.2, §2.3)
_AS_IT_IS = "%/:?#[]@!$&'()*+,;=-._~"


def in_ascii(url: str) -> str:
    """An address as a header may hold it: its host in IDNA, all else percent-encoded UTF-8."""
    if url.isascii():
        return url
    parts = urlsplit(url)
    host = parts.hostname or ""
    with suppress(idna.IDNAError, UnicodeError):
        ascii_host = idna.encode(host, uts46=True).decode("ascii")
        port = f":{parts.port}" if parts.port else ""
        url = urlunsplit(parts._replace(netloc=f"{ascii_host}{port}"))
    return quote(url, safe=_AS_IT_IS)


@dataclass(frozen=True, slots=True)
class ClickPages:
    """``/c/<link>.<mac>``."""

    counter: ClickCounter
    #: where a request comes from, as far as that is known
    place: Callable[[Request], str]
    nothing: Nothing

    def routes(self) -> list[Route]:
        """The one page."""
        return [Route(CLICKS + "{name:path}", self.follow, methods=["GET", "HEAD"])]

    async def follow(self, request: Request) -> Response:
        """Lead on; 404 for what we did not sign, 410 for what was withdrawn."""
        name = request.path_params["name"]
        found = self.counter.remembered(name) or await run_in_threadpool(self.counter.find, name)
        if found is None:
            return self.nothing.page(request, 404)
        self._note(found, request)
        if not found.url:
            return self.nothing.page(request, 410)
        return Response(status_code=302, headers={**HEADERS, "Location": in_ascii(found.url)})

    def _note(self, found: Found, request: Request) -> None:
        told = clicks.Request(
            headers=request.headers, place=self.place(request), click=request.method == "GET"
        )
        self.counter.note(found, told)
