"""Web copies of mails: ``/v/…`` on the readers' site, for whoever has the address."""

from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from digest.copy_links import COPIES
from digest.web.guard import COPY_POLICY

HEADERS = {
    "Content-Security-Policy": COPY_POLICY,
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    # frozen, and the same for everybody
    "Cache-Control": "public, max-age=600",
}


def routes(copy: Callable[[str], str | None]) -> list[BaseRoute]:
    """``/v/<name>``; ``copy`` finds the page, or None."""

    def show(request: Request) -> Response:
        page = copy(request.path_params["name"])
        if page is None:
            raise HTTPException(404, "There is no such page.")
        return HTMLResponse(page, headers=HEADERS)

    return [Route(COPIES + "{name}", show)]
