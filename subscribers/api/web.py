"""The API as a site of its own below ``/api/v1``: every answer is JSON, every error a problem."""

import json
import re
from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import TypeVar

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from subscribers.api.document import document
from subscribers.api.keys import ApiKeys
from subscribers.api.limits import Limits
from subscribers.api.operation import JSON, Desk, Operation
from subscribers.api.operations import Operations
from subscribers.api.problem import ProblemError

PREFIX = "/api/v1"
#: answers tell of people
HEADERS = {"Cache-Control": "no-store"}
Routed = TypeVar("Routed", Mount, Route)

log = structlog.get_logger()


def mount(operations: Operations, per_second: float) -> Mount:
    """The API, to be mounted beside pages. ``per_second``: calls of each key."""
    desk = Desk(ApiKeys(operations.engine), Limits(per_second))
    return _whole(Mount(PREFIX, _site(operations.every(), desk)))


def _whole(one: Routed) -> Routed:
    """Have paths fit to their end: Starlette's ``.`` and ``$`` stop at a line break (``%0A``)."""
    one.path_regex = re.compile(one.path_regex.pattern.removesuffix("$") + r"\Z", re.DOTALL)
    return one


def _site(operations: Sequence[Operation], desk: Desk) -> Starlette:
    told = json.dumps(document(operations), ensure_ascii=False).encode()

    async def openapi(request: Request) -> Response:
        del request
        return Response(told, media_type=JSON)

    paths: dict[str, dict[str, Operation]] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method] = one
    routes = [
        Route("/openapi.json", openapi, methods=["GET"]),
        *(
            # Only digits are an id, so that ``by-address`` is none.
            Route(
                path.replace("{id}", "{id:int}"),
                partial(_answer, desk, methods),
                methods=list(methods),
            )
            for path, methods in paths.items()
        ),
    ]
    site = Starlette(
        routes=[_whole(one) for one in routes],
        exception_handlers={HTTPException: _refused, Exception: _failed},
    )
    site.router.redirect_slashes = False
    return site


async def _answer(desk: Desk, methods: dict[str, Operation], request: Request) -> Response:
    method = "GET" if request.method == "HEAD" else request.method
    try:
        answer = await desk.run(methods[method], request)
    except ProblemError as problem:
        log.info("api_refused", operation=methods[method].name, code=problem.code)
        answer = problem.answer()
    answer.headers.update(HEADERS)
    return answer


async def _refused(request: Request, error: Exception) -> Response:
    """What the router itself refuses: 404 and 405."""
    del request
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    return ProblemError(
        status, status.name.lower(), f"{status.phrase}.", headers=error.headers
    ).answer()


async def _failed(request: Request, error: Exception) -> Response:
    del request
    log.error("api_failed", exc_info=error)
    told = "This went wrong here; nothing was changed. The log knows more."
    return ProblemError(500, "internal", told).answer()
