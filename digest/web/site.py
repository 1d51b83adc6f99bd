"""Puts pages together into sites: one for readers, one for the newsroom."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from digest.errors import RefusedError
from digest.review_links import REVIEWS
from digest.web.gate import DeskRoute, Gate
from digest.web.guard import ResponseHeaders, SameOrigin, SmallBodies

#: what the desk's gate stands before, with all below the last two
DESK_PATHS = ("/", "/desk", "/outbox")


def site(
    routes: Sequence[BaseRoute], gate: Gate | None = None, *, secure: bool = False
) -> Starlette:
    """A site with these pages behind the guards; ``secure``: reached by https.

    Raises TypeError if a page of the desk does not say what it needs.
    """
    for route in routes:
        path = str(getattr(route, "path", ""))
        if _of_the_desk(path) and not isinstance(route, DeskRoute):
            raise TypeError(f"{path} does not say who may see it: make it by Gate.page")

    def failed(request: Request, error: Exception) -> Response:
        if gate is not None and _of_the_desk(request.url.path):
            return gate.failed(request, error)
        assert isinstance(error, HTTPException), "it is registered for these"
        return PlainTextResponse(error.detail, error.status_code, error.headers)

    return Starlette(
        # Where a site tells more of its health, that comes first.
        routes=[*routes, Route("/livez", _live)],
        middleware=[
            Middleware(ResponseHeaders, secure=secure),
            Middleware(SameOrigin),
            Middleware(SmallBodies),
        ],
        exception_handlers={HTTPException: failed, RefusedError: failed},
    )


def _of_the_desk(path: str) -> bool:
    # What review mails lead to opens anywhere: it stands on the readers' site, behind its token.
    if path.startswith(REVIEWS):
        return False
    return path in DESK_PATHS or path.startswith(tuple(f"{one}/" for one in DESK_PATHS[1:]))


def _live(request: Request) -> Response:
    del request
    return PlainTextResponse("ok")
