"""Puts pages together into sites: one for readers, one for the newsroom."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from digest.review_links import REVIEWS
from digest.web.guard import LoopbackOnly, ResponseHeaders, SameOrigin

#: what answers only on this machine
DESK_PATHS = ("/desk", "/outbox")


def site(routes: Sequence[BaseRoute]) -> Starlette:
    """A site with these pages behind the guards."""
    return Starlette(
        routes=[Route("/livez", _live), *routes],
        middleware=[
            Middleware(ResponseHeaders),
            Middleware(LoopbackOnly, prefixes=DESK_PATHS, save=(REVIEWS,)),
            Middleware(SameOrigin),
        ],
    )


def _live(request: Request) -> Response:
    del request
    return PlainTextResponse("ok")
