"""What the buttons in letters open: ``/confirm``, ``/address`` and ``/stay``.

A GET shows a page with a button and changes nothing: mail scanners GET every link. Links that are
forged, expired, used or of somebody erased all show one page, which offers a fresh one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import jinja2
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from subscribers.confirming import Confirming
from subscribers.errors import BadTokenError
from subscribers.moves import Moves
from subscribers.voice import Voice, Voices, accepted
from subscribers.web import HEADERS


@dataclass(frozen=True, slots=True)
class ConfirmPages:
    """One page and one button for each."""

    confirming: Confirming
    moves: Moves
    templates: jinja2.Environment
    now: Callable[[], datetime]
    voices: Voices

    def routes(self) -> list[Route]:
        """Two routes a link: its page, and its button."""
        return [
            Route("/confirm/{token}", self.show_confirm, methods=["GET"], name="confirm"),
            Route("/confirm/{token}", self.confirm, methods=["POST"]),
            Route("/address/{token}", self.show_address, methods=["GET"], name="address"),
            Route("/address/{token}", self.address, methods=["POST"]),
            Route("/stay/{token}", self.show_stay, methods=["GET"], name="stay"),
            Route("/stay/{token}", self.stay, methods=["POST"]),
        ]

    def show_confirm(self, request: Request) -> Response:
        return self._editions(request, "confirm.html", self.confirming.asked, done=False)

    async def confirm(self, request: Request) -> Response:
        act = self.confirming.confirm
        return await run_in_threadpool(self._editions, request, "confirm.html", act, done=True)

    def show_stay(self, request: Request) -> Response:
        return self._editions(request, "confirm_stay.html", self.confirming.stays, done=False)

    async def stay(self, request: Request) -> Response:
        act = self.confirming.stay
        return await run_in_threadpool(self._editions, request, "confirm_stay.html", act, done=True)

    def show_address(self, request: Request) -> Response:
        try:
            address = self.moves.waiting(request.path_params["token"], self.now())
        except BadTokenError:
            return expired(self.templates, self._voice(request))
        return self._page(request, "confirm_address.html", address=address, done=False, moved=False)

    async def address(self, request: Request) -> Response:
        try:
            moved = await run_in_threadpool(
                self.moves.confirm, request.path_params["token"], self.now()
            )
        except BadTokenError:
            return expired(self.templates, self._voice(request))
        return self._page(request, "confirm_address.html", address="", done=True, moved=moved)

    def _editions(
        self,
        request: Request,
        page: str,
        act: Callable[[str, datetime], Iterable[str]],
        *,
        done: bool,
    ) -> Response:
        try:
            editions = act(request.path_params["token"], self.now())
        except BadTokenError:
            return expired(self.templates, self._voice(request))
        names = self._voice(request).catalogue.editions
        told = [names.get(one, one) for one in sorted(editions)]
        return self._page(request, page, editions=told, done=done)

    def _voice(self, request: Request) -> Voice:
        return self.voices(accepted(request.headers.get("accept-language", "")))

    def _page(self, request: Request, name: str, **values: object) -> Response:
        told = {**self._voice(request).words(), **values}
        return HTMLResponse(self.templates.get_template(name).render(told), 200, HEADERS)


def expired(templates: jinja2.Environment, voice: Voice) -> Response:
    """The page of a link that does not work (any more), with a form for a fresh one."""
    html = templates.get_template("confirm_expired.html").render(voice.words())
    return HTMLResponse(html, 404, HEADERS)
