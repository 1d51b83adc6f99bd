"""Times requests to leave, from their first byte until they are answered."""

import time
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

#: where ``List-Unsubscribe`` leads
LEAVE = "/u/"


class TimedLeaving:
    """Around a site: ``told`` hears the seconds that each POST to leave took."""

    def __init__(self, app: ASGIApp, told: Callable[[float], None]) -> None:
        self._app = app
        self._told = told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on."""
        leaving = scope["type"] == "http" and scope["method"] == "POST"
        if not leaving or not scope["path"].startswith(LEAVE):
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        await self._app(scope, receive, send)
        self._told(time.perf_counter() - begun)
