"""Counted links: ``/c/…`` on the readers' site leads on to where the link of a mail meant.

No address is in the path, so nobody can make it lead elsewhere. A HEAD answers and counts nothing.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

import anyio
import anyio.to_thread
import idna
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from digest.click_links import CLICKS
from digest.errors import UnavailableError
from digest.steps import clicks
from digest.steps.clicks import ClickCounter
from digest.steps.known_links import Found, KnownLinks
from digest.web.nothing import Nothing

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


#: seconds that a reader waits at the most
LONGEST = 5.0
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


async def _looked_up(links: KnownLinks, name: str) -> Found | None:
    # A database that is away may hang: whoever looks is then left to it.
    with anyio.move_on_after(LONGEST):
        return await anyio.to_thread.run_sync(links.find, name, abandon_on_cancel=True)
    if (found := links.recall(name)) is None:
        raise UnavailableError("looking a link up takes too long")
    return found


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
        """Lead on; 404 for what we did not sign, 410 for what was withdrawn, 503 for later."""
        name, links = request.path_params["name"], self.counter.links
        try:
            found = links.remembered(name) or await _looked_up(links, name)
        except UnavailableError:
            return self.nothing.page(request, 503)
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
