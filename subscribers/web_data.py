"""``/data/<fresh token>``: another address, and what else a person may do with their data.

The link works for an hour, and comes by a letter to the address on file alone. Each further action
(taking one's data along, having it erased) is a ``DataAction``, handed in.
"""

from collections.abc import Awaitable, Callable, Sequence
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
from subscribers.voice import Voice, Voices, accepted
from subscribers.web import HEADERS
from subscribers.web_confirm import expired


@dataclass(frozen=True, slots=True, kw_only=True)
class DataAction:
    """A card with a button on the page. Its texts are English, marked for translation."""

    #: what the form posts as ``do``; ``address`` is taken
    name: str
    title: str
    told: str
    button: str
    danger: bool = False
    #: the person, the voice to speak with → what the press is answered; called by a POST alone
    act: Callable[[int, Voice, Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class DataPages:
    """The page, and what its buttons do."""

    moves: Moves
    templates: jinja2.Environment
    now: Callable[[], datetime]
    voices: Voices
    actions: Sequence[DataAction] = ()

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
            action = next((one for one in self.actions if one.name == wanted), None)
            if action is not None:
                return await action.act(who, voice, request)
            email = next(iter(fields.get("email", ())), "")
            await run_in_threadpool(self.moves.ask, token, email, self.now())
        except BadTokenError:
            return expired(self.templates, voice)
        except BadAddressError:
            told = voice.gettext("This is no e-mail address.")
            return await run_in_threadpool(self._page, request, wrong=told, status=400)
        return await run_in_threadpool(self._page, request, done=True)

    def _page(
        self, request: Request, *, wrong: str = "", done: bool = False, status: int = 200
    ) -> Response:
        voice = self._voice(request)
        try:
            _, masked = self.moves.person(request.path_params["token"], self.now())
        except BadTokenError:
            return expired(self.templates, voice)
        values = {"address": masked, "actions": self.actions, "wrong": wrong, "done": done}
        html = self.templates.get_template("data.html").render({**voice.words(), **values})
        return HTMLResponse(html, status, HEADERS)

    def _voice(self, request: Request) -> Voice:
        return self.voices(accepted(request.headers.get("accept-language", "")))
