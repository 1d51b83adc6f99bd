"""What stands before each page of the desk: who asks, and whether they may.

A page is made by ``Gate.page`` with the permission it needs, or by ``Gate.door`` where nobody is
known yet; ``site`` refuses any other route under the desk's paths. What a page finds:
``request.state.person`` (a ``Person``), ``request.state.visit`` (None on a trial) and, of a POST,
``request.state.fields``.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import jinja2
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from digest.errors import RefusedError
from digest.people.roles import CONFIRMED, Permission, Person, operator
from digest.staff.house import Actor
from digest.staff.login import Browser, Login, Visit
from digest.store.sessions import Stage
from digest.web.guard import SAFE_METHODS, from_here
from digest.web.place import Network, counted, place_of

#: a desk page is nobody else's to keep
PRIVATE = {"Cache-Control": "no-store"}
#: the field in which a form that is sent again brings the proof of who sits there
PROOF = ("_code", "_password")
Endpoint = Callable[[Request], Response | Awaitable[Response]]
Fields = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How the desk is reached."""

    #: by https: the cookie is for that alone
    secure: bool
    #: the host, and port, that people type
    host: str
    proxies: Sequence[Network] = ()
    #: readers' pages answer on this machine alone: nothing that is done is real
    trial: bool


class DeskRoute(Route):
    """A route of the desk, which says what it needs; None: it is a door."""

    needs: Permission | None = None


class Gate:
    """Knows people by their cookie, and lets them in where their roles do."""

    def __init__(
        self, login: Callable[[], Login], templates: jinja2.Environment, rules: Rules
    ) -> None:
        self._login = login
        self._templates = templates
        self._rules = rules
        self._somebody = False

    @property
    def secure(self) -> bool:
        """Whether the desk is reached by https."""
        return self._rules.secure

    def page(
        self,
        path: str,
        endpoint: Endpoint,
        needs: Permission,
        *,
        methods: Sequence[str] = ("GET",),
        edition: Callable[[Request], str] | None = None,
    ) -> DeskRoute:
        """A page for those who have a permission: in ``edition(request)``, else in any."""

        async def guarded(request: Request) -> Response:
            answer = await run_in_threadpool(self._know, request)
            if answer is not None:
                return answer
            await _read(request)
            answer = await run_in_threadpool(self._refuse, request, needs, edition)
            return answer or await _answered(endpoint, request)

        return _route(path, guarded, methods, needs)

    def door(
        self, path: str, endpoint: Endpoint, *, methods: Sequence[str] = ("GET",)
    ) -> DeskRoute:
        """A page for those who are on their way in: ``request.state.visit`` may be at any stage."""

        async def open_to_all(request: Request) -> Response:
            await run_in_threadpool(self._at_the_door, request)
            await _read(request)
            return await _answered(endpoint, request)

        return _route(path, open_to_all, methods, None)

    # --- for pages

    def show(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:
        """A page of the desk, which knows who looks at it."""
        person: Person | None = getattr(request.state, "person", None)
        text = self._templates.get_template(template).render(
            person=person,
            may=lambda word, edition=None: bool(person and person.may(Permission(word), edition)),
            **values,
        )
        return HTMLResponse(text, status, PRIVATE)

    def failed(self, request: Request, error: Exception) -> Response:
        """The page that tells of an HTTPException, or of a RefusedError that a page let pass."""
        if isinstance(error, RefusedError):
            error = HTTPException(403, str(error))
        assert isinstance(error, HTTPException), "it is registered for these"
        title = {403: "You may not do that", 404: "There is no such page"}.get(
            error.status_code, "That did not work"
        )
        page = self.show(
            request, "desk_error.html", error.status_code, heading=title, told=error.detail
        )
        page.headers.update(error.headers or {})
        return page

    def browser(self, request: Request) -> Browser:
        """Where the request comes from, as limits and sessions know it."""
        name = request.headers.get("user-agent", "")
        return Browser(counted(self.place(request)), name)

    def place(self, request: Request) -> str:
        """The IP address of who asks."""
        return place_of(request.scope, self._rules.proxies)

    def actor(self, request: Request) -> Actor:
        """Who does what the request asks, as the record tells it."""
        visit: Visit | None = request.state.visit
        place = self.place(request)
        if visit is not None:
            return visit.actor(place)
        return Actor(name=request.state.person.name, place=place)

    def keep(self, answer: Response, token: str) -> Response:
        """Have the browser keep a session's token."""
        secure = self._rules.secure
        answer.set_cookie(
            self.cookie, token, path="/", secure=secure, httponly=True, samesite="lax"
        )
        return answer

    def drop(self, answer: Response) -> Response:
        """Have it forget the token."""
        secure = self._rules.secure
        answer.delete_cookie(self.cookie, path="/", secure=secure, httponly=True, samesite="lax")
        return answer

    @property
    def cookie(self) -> str:
        """``__Host-``: no other host, and no page without https, can plant one (RFC 6265bis)."""
        return "__Host-desk" if self._rules.secure else "desk"

    # --- who asks, and whether they may

    def _at_the_door(self, request: Request) -> None:
        """Learn who asks, if it can be told. Raises HTTPException where nobody may ask."""
        request.state.person = request.state.visit = None
        if not self._known(request.scope):
            raise HTTPException(
                403,
                "This page answers only on the machine it runs on, until somebody has an account "
                "(digest people admin) and [desk] says where it is reached.",
            )
        if self._anybody():
            request.state.visit = self._login().visit(request.cookies.get(self.cookie, ""))

    def _know(self, request: Request) -> Response | None:
        self._at_the_door(request)
        if not self._anybody():
            request.state.person = operator(trial=self._rules.trial)
            return None
        visit: Visit | None = request.state.visit
        if visit is not None and visit.session.stage is Stage.IN:
            request.state.person = visit.person
            return None
        request.state.visit = None
        if request.method in SAFE_METHODS:
            return RedirectResponse(f"/desk/login?next={quote(here(request))}", 303, PRIVATE)
        return self.show(
            request,
            "desk_error.html",
            401,
            heading="You are not logged in",
            told="Nothing was done. Log in, then do it again.",
        )

    def _refuse(
        self,
        request: Request,
        needs: Permission,
        edition: Callable[[Request], str] | None,
    ) -> Response | None:
        person: Person = request.state.person
        if not person.may(needs, edition(request) if edition else None):
            raise HTTPException(403, "Your roles do not allow it. An admin can change them.")
        visit: Visit | None = request.state.visit
        if visit is None or request.method in SAFE_METHODS or needs not in CONFIRMED:
            return None
        return self._confirm(request, visit)

    def _confirm(self, request: Request, visit: Visit) -> Response | None:
        """A form that asks who sits there and brings what was sent along; None: it is known."""
        fields: Fields = request.state.fields
        wrong = ""
        given = {name[1:]: one(fields, name) for name in PROOF}
        if any(given.values()):
            try:
                self._login().prove(visit, given, self.browser(request))
            except RefusedError as error:
                wrong = str(error)
            else:
                return None
        elif self._login().fresh(visit):
            return None
        along = [(key, value) for key in fields if key not in PROOF for value in fields[key]]
        return self.show(
            request, "desk_confirm.html", 403, along=along, proof=visit.proof, wrong=wrong
        )

    def _anybody(self) -> bool:
        # Accounts are disabled, never deleted: once there is one, there always is.
        self._somebody = self._somebody or self._login().anybody()
        return self._somebody

    def _known(self, scope: Scope) -> bool:
        """Whether it is asked by a name of ours, so that no other name can point here."""
        if from_here(scope):
            return True
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        return self._anybody() and host.casefold() == self._rules.host.casefold()


def one(fields: Fields, name: str) -> str:
    """The value of a field that a form has once; empty if it has none."""
    return next(iter(fields.get(name, ())), "")


def here(request: Request) -> str:
    """The path and query that was asked for."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def within(path: str) -> str:
    """A path of the desk to go on to; anything else, another site above all, becomes the start."""
    parts = urlsplit(path)
    plain = path.isascii() and path.isprintable() and "\\" not in path
    ours = parts.path == "/" or parts.path.startswith(("/desk/", "/outbox"))
    if not plain or parts.scheme or parts.netloc or not ours or path.startswith("//"):
        return "/"
    return path


def _route(
    path: str, endpoint: Endpoint, methods: Sequence[str], needs: Permission | None
) -> DeskRoute:
    route = DeskRoute(path, endpoint, methods=list(methods))
    route.needs = needs
    return route


async def _read(request: Request) -> None:
    """A form's text fields, into ``request.state.fields``."""
    request.state.fields = {}
    if request.method in SAFE_METHODS:
        return
    async with request.form() as form:
        request.state.fields = {
            name: [value for value in form.getlist(name) if isinstance(value, str)] for name in form
        }


async def _answered(endpoint: Endpoint, request: Request) -> Response:
    if inspect.iscoroutinefunction(endpoint):
        answer: Response = await endpoint(request)
        return answer
    told = await run_in_threadpool(endpoint, request)
    assert isinstance(told, Response), "a plain function answers with a page"
    return told
