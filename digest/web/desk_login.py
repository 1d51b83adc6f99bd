"""The way to the desk: password, code, an account elsewhere, and the link that begins it all."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from digest.errors import RefusedError
from digest.staff.account import NewFactor, Own
from digest.staff.login import Login, Step, Visit
from digest.store.sessions import BETWEEN_STEPS, Stage
from digest.web.gate import PRIVATE, DeskRoute, Gate, one, within

if TYPE_CHECKING:
    from digest.staff.openid import OpenId

BOTH = ("GET", "POST")
#: where each stage goes on
PATHS = {Stage.CODE: "/desk/login/code", Stage.ENROL: "/desk/login/enrol"}


@dataclass(frozen=True, slots=True)
class LoginPages:
    """Pages for those who are on their way in. A GET lets nobody in and uses no link up."""

    gate: Gate
    login: Login
    own: Own
    openid: "OpenId | None"

    def routes(self) -> list[DeskRoute]:
        """``/desk/login…``, ``/desk/welcome/<token>``, ``/desk/logout``."""
        door = self.gate.door
        found = [
            door("/desk/login", self.password, methods=BOTH),
            door("/desk/login/code", self.code, methods=BOTH),
            door("/desk/login/enrol", self.enrol, methods=BOTH),
            door("/desk/welcome/{token}", self.welcome, methods=BOTH),
            door("/desk/logout", self.leave, methods=("POST",)),
        ]
        if self.openid is not None:
            found += [
                door("/desk/login/openid", self.elsewhere),
                door("/desk/login/openid/back", self.back),
            ]
        return found

    def password(self, request: Request) -> Response:
        """Address and password."""
        fields = request.state.fields
        then = within(one(fields, "next") or request.query_params.get("next", "/"))
        email, wrong = one(fields, "email"), ""
        if request.method == "POST":
            try:
                step = self.login.with_password(
                    email, one(fields, "password"), self.gate.browser(request)
                )
            except RefusedError as error:
                wrong = str(error)
            else:
                return self._on(request, step, then)
        return self._login_page(request, then, email, wrong)

    def code(self, request: Request) -> Response:
        """The code of an app, or one for a lost phone."""
        visit = _at(request, Stage.CODE)
        if visit is None:
            return self._again()
        fields, wrong = request.state.fields, ""
        then = within(one(fields, "next") or request.query_params.get("next", "/"))
        if request.method == "POST":
            try:
                step = self.login.with_code(visit, one(fields, "code"), self.gate.browser(request))
            except RefusedError as error:
                wrong = str(error)
            else:
                return self._on(request, step, then)
        status = 403 if wrong else 200
        return self.gate.show(request, "desk_code.html", status, next=then, wrong=wrong)

    def enrol(self, request: Request) -> Response:
        """Set up an app, the first time: a picture to scan, and a code to prove that it worked."""
        visit = _at(request, Stage.ENROL)
        factor = self.own.pending_factor(visit) if visit else None
        if visit is None or factor is None:
            return self._again()
        wrong, browser = "", self.gate.browser(request)
        if request.method == "POST":
            try:
                codes = self.own.confirm_factor(visit, one(request.state.fields, "code"), browser)
            except RefusedError as error:
                wrong = str(error)
            else:
                step = self.login.enrolled(visit, browser)
                page = self.gate.show(request, "desk_codes.html", codes=codes, next="/")
                return self.gate.keep(page, step.token)
        return self.gate.show(
            request,
            "desk_enrol.html",
            403 if wrong else 200,
            factor=factor,
            picture=picture(factor),
            action="/desk/login/enrol",
            wrong=wrong,
        )

    def welcome(self, request: Request) -> Response:
        """Set a password by a link that is good once."""
        token = request.path_params["token"]
        account = self.login.by_link(token)
        if account is None:
            return self.gate.show(
                request,
                "desk_error.html",
                404,
                heading="This link leads nowhere any more",
                told="It was used, or is too old. Ask whoever sent it for another.",
            )
        wrong, fields = "", request.state.fields
        if request.method == "POST":
            try:
                step = self.login.choose_password(
                    token, one(fields, "password"), self.gate.browser(request)
                )
            except RefusedError as error:
                wrong = str(error)
            else:
                return self._on(request, step, "/")
        return self.gate.show(
            request,
            "desk_welcome.html",
            403 if wrong else 200,
            account=account,
            wrong=wrong,
            elsewhere=self.openid.provider.label if self.openid else "",
        )

    def leave(self, request: Request) -> Response:
        """Log out."""
        visit: Visit | None = request.state.visit
        if visit is not None:
            self.login.leave(visit, self.gate.place(request))
        return self.gate.drop(RedirectResponse("/desk/login", 303, PRIVATE))

    def elsewhere(self, request: Request) -> Response:
        """Off to the provider. A GET: a form's redirect to another site is under our own policy."""
        assert self.openid is not None, "there is no such route otherwise"
        then = within(request.query_params.get("next", "/"))
        try:
            where, sealed = self.openid.begin(then, again="again" in request.query_params)
        except RefusedError as error:
            return self._login_page(request, then, "", str(error))
        answer = RedirectResponse(where, 303, PRIVATE)
        answer.set_cookie(
            self._cookie,
            sealed,
            max_age=int(BETWEEN_STEPS.total_seconds()),
            path="/",
            secure=self.gate.secure,
            httponly=True,
            samesite="lax",
        )
        return answer

    def back(self, request: Request) -> Response:
        """Back from the provider, with a code that only this browser's cookie fits."""
        assert self.openid is not None, "there is no such route otherwise"
        sealed = request.cookies.get(self._cookie, "")
        try:
            who, then, _ = self.openid.finish(request.query_params, sealed)
            step = self.login.from_elsewhere(who.openid, who.email, self.gate.browser(request))
        except RefusedError as error:
            answer = self._login_page(request, "/", "", str(error))
        else:
            answer = self._on(request, step, then)
        answer.delete_cookie(self._cookie, path="/", secure=self.gate.secure, httponly=True)
        return answer

    @property
    def _cookie(self) -> str:
        return f"{self.gate.cookie}-openid"

    def _on(self, request: Request, step: Step, then: str) -> Response:
        before: Visit | None = request.state.visit
        if before is not None:
            self.login.leave(before, self.gate.place(request))
        path = PATHS.get(step.stage)
        where = f"{path}?next={quote(then)}" if path else then
        return self.gate.keep(RedirectResponse(where, 303, PRIVATE), step.token)

    def _again(self) -> Response:
        return RedirectResponse("/desk/login", 303, PRIVATE)

    def _login_page(self, request: Request, then: str, email: str, wrong: str) -> Response:
        return self.gate.show(
            request,
            "desk_login.html",
            403 if wrong else 200,
            next=then,
            email=email,
            wrong=wrong,
            elsewhere=self.openid.provider.label if self.openid else "",
        )


def picture(factor: NewFactor) -> str:
    """The secret as a QR code, for an app to scan: an SVG as a data URI."""
    import segno

    # Dark on white whatever the page's colours: apps read nothing else surely.
    made = segno.make(factor.address, error="m", micro=False)
    return made.svg_data_uri(scale=4, border=4, dark="#000", light="#fff")


def _at(request: Request, stage: Stage) -> Visit | None:
    visit: Visit | None = request.state.visit
    return visit if visit is not None and visit.session.stage is stage else None
