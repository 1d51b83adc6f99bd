"""``/metrics``, on a port of its own: what Prometheus asks for."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def route(text: Callable[[], bytes], content_type: str) -> Route:
    """The page. ``text`` makes it, in a thread."""

    async def told(request: Request) -> Response:
        del request
        return Response(await run_in_threadpool(text), headers={"Content-Type": content_type})

    return Route("/metrics", told)
