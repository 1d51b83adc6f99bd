"""Web copies of mails: ``/v/…`` on the readers' site, for whoever has the address."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from digest.copy_links import COPIES
from digest.errors import WithdrawnError
from digest.web.guard import COPY_POLICY
from digest.web.nothing import Nothing

HEADERS = {
    "Content-Security-Policy": COPY_POLICY,
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    # frozen, and the same for everybody
    "Cache-Control": "public, max-age=600",
}


def routes(copy: Callable[[str], str | None], nothing: Nothing) -> list[BaseRoute]:
    """``/v/<name>``; ``copy`` finds the page, or None. It raises WithdrawnError."""

    def show(request: Request) -> Response:
        try:
            page = copy(request.path_params["name"])
        except WithdrawnError:
            return nothing.page(request, 410)
        if page is None:
            return nothing.page(request, 404)
        return HTMLResponse(page, headers=HEADERS)

    return [Route(COPIES + "{name}", show)]
