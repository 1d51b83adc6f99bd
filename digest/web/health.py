"""``/livez`` and ``/readyz``: for service managers and load balancers. They tell no secret."""

from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from digest.watch.health import Health

_FRESH = {"Cache-Control": "no-store"}


def routes(health: Health) -> Sequence[Route]:
    """Both pages. 200: all is well; 503: it is not, and the body says why."""

    async def live(request: Request) -> Response:
        del request
        stuck = health.live()
        return PlainTextResponse("\n".join(stuck) or "ok", 503 if stuck else 200, _FRESH)

    async def ready(request: Request) -> Response:
        del request
        checks = await run_in_threadpool(health.ready)
        well = all(check.ok for check in checks if check.needed)
        told = {
            "ready": well,
            "checks": {
                check.name: {"ok": check.ok, "needed": check.needed, "told": check.told}
                for check in checks
            },
        }
        return JSONResponse(told, 200 if well else 503, _FRESH)

    return [Route("/livez", live), Route("/readyz", ready)]
