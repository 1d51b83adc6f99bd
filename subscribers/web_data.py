"""``/data/<fresh token>``: another address, one's data to take along, and its erasure.

The link works for an hour, and comes by a letter to the address on file alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import jinja2
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from subscribers.errors import BadAddressError, BadTokenError
from subscribers.form import small_form
from subscribers.moves import Moves
from subscribers.ports import Rights
from subscribers.voice import Voice, Voices, accepted
from subscribers.web import HEADERS
from subscribers.web_confirm import expired


@dataclass(frozen=True, slots=True)
class DataPages:
    """The page, and what its buttons do."""

    moves: Moves
    templates: jinja2.Environment
    now: Callable[[], datetime]
    voices: Voices
    #: none: a person can but change their address here
    rights: Rights | None = None

    def routes(self) -> list[Route]:
        """``/data/<fresh token>``."""
        return [
            Route("/data/{token}", self.show, methods=["GET"], name="data"),
            Route("/data/{token}", self.act, methods=["POST"]),
        ]

    def show(self, request: Request) -> Response:
        return self._page(request)

    async def act(self, request: Request) -> Response:
        fields = await small_form(request) or {}
        token, voice = request.path_params["token"], self._voice(request)
        wanted = next(iter(fields.get("do", ())), "")
        try:
            who = self.moves.owner(token, self.now())
            if wanted == "export" and self.rights:
                return _taken_along(await run_in_threadpool(self.rights.export, who, voice))
            if wanted == "erase" and self.rights:
                if "sure" not in fields:
                    told = voice.gettext("Tick the box first: this cannot be undone.")
                    return await run_in_threadpool(self._page, request, unsure=told, status=400)
                await run_in_threadpool(self.rights.erase, who)
                return self._told("erased.html", voice)
            email = next(iter(fields.get("email", ())), "")
            await run_in_threadpool(self.moves.ask, token, email, self.now())
        except BadTokenError:
            return expired(self.templates, voice)
        except BadAddressError:
            told = voice.gettext("This is no e-mail address.")
            return await run_in_threadpool(self._page, request, wrong=told, status=400)
        return await run_in_threadpool(self._page, request, done=True)

    def _page(
        self,
        request: Request,
        *,
        wrong: str = "",
        unsure: str = "",
        done: bool = False,
        status: int = 200,
    ) -> Response:
        voice = self._voice(request)
        try:
            _, masked = self.moves.person(request.path_params["token"], self.now())
        except BadTokenError:
            return expired(self.templates, voice)
        values = {"address": masked, "rights": self.rights is not None, "done": done}
        return self._told("data.html", voice, status, wrong=wrong, unsure=unsure, **values)

    def _told(self, name: str, voice: Voice, status: int = 200, **values: object) -> Response:
        html = self.templates.get_template(name).render({**voice.words(), **values})
        return HTMLResponse(html, status, HEADERS)

    def _voice(self, request: Request) -> Voice:
        return self.voices(accepted(request.headers.get("accept-language", "")))


def _taken_along(data: bytes) -> Response:
    told = {"Content-Disposition": 'attachment; filename="your-data.zip"'}
    return Response(data, media_type="application/zip", headers={**HEADERS, **told})
