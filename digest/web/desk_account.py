"""One's own account: where one is logged in, the password, the app."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from digest.errors import InvalidError, RefusedError
from digest.people.keys import TOLD, USUAL, chosen
from digest.people.roles import Permission
from digest.staff.account import Own
from digest.staff.login import Login, Visit
from digest.web.desk_login import picture
from digest.web.gate import PRIVATE, DeskRoute, Gate, one

#: what the page may say that was done
DONE = {
    "password": "Your password is changed, and other browsers are logged out.",
    "keys": "Your keys are changed.",
    "sessions": "They are logged out.",
    "dropped": "Your app is forgotten. Set up another one now.",
}


@dataclass(frozen=True, slots=True)
class AccountPages:
    """``/desk/account``."""

    gate: Gate
    login: Login
    own: Own

    def routes(self) -> list[DeskRoute]:
        """The page, and what its forms do."""
        page, mine, post = self.gate.page, Permission.ACCOUNT, ("POST",)
        return [
            page("/desk/account", self.account, mine),
            page("/desk/account/password", self.password, mine, methods=post),
            page("/desk/account/keys", self.keys, mine, methods=post),
            page("/desk/account/sessions", self.sessions, mine, methods=post),
            page("/desk/account/factor", self.begin, mine, methods=post),
            page("/desk/account/factor/confirm", self.confirm, mine, methods=post),
            page("/desk/account/factor/drop", self.drop, mine, methods=post),
        ]

    def account(self, request: Request) -> Response:
        """All of it."""
        return self._page(request)

    def password(self, request: Request) -> Response:
        """Another password, proved by the present one."""
        fields = request.state.fields
        old, new = one(fields, "old"), one(fields, "password")
        try:
            self.own.change_password(_visit(request), old, new, self.gate.browser(request))
        except RefusedError as error:
            return self._page(request, wrong=str(error))
        return _done("password")

    def keys(self, request: Request) -> Response:
        """Other keys, none, or the usual ones."""
        fields, place = request.state.fields, self.gate.place(request)
        given = {act: one(fields, f"key-{act}") for act in USUAL}
        try:
            wanted = {"usual": None, "none": {}}.get(one(fields, "do"), given)
            keys = None if wanted is None else chosen(wanted)
        except InvalidError as error:
            return self._page(request, unusable=error.message, typed=given)
        self.own.choose_keys(_visit(request), keys, place)
        return RedirectResponse("/desk/account?done=keys#keys", 303, PRIVATE)

    def sessions(self, request: Request) -> Response:
        """Log another browser out, or all others."""
        which, place = one(request.state.fields, "session"), self.gate.place(request)
        if which:
            self.own.log_out(_visit(request), which, place)
        else:
            self.own.log_out_elsewhere(_visit(request), place)
        return _done("sessions")

    def begin(self, request: Request) -> Response:
        """Begin to set up an app."""
        self.own.begin_factor(_visit(request))
        return RedirectResponse("/desk/account#app", 303, PRIVATE)

    def confirm(self, request: Request) -> Response:
        """A first code of it."""
        code = one(request.state.fields, "code")
        try:
            codes = self.own.confirm_factor(_visit(request), code, self.gate.browser(request))
        except RefusedError as error:
            return self._page(request, wrong=str(error))
        return self.gate.show(request, "desk_codes.html", codes=codes, next="/desk/account")

    def drop(self, request: Request) -> Response:
        """Forget it, for another phone."""
        code = one(request.state.fields, "code")
        try:
            self.own.drop_factor(_visit(request), code, self.gate.browser(request))
        except RefusedError as error:
            return self._page(request, wrong=str(error))
        return _done("dropped")

    def _page(
        self,
        request: Request,
        *,
        wrong: str = "",
        unusable: str = "",
        typed: Mapping[str, str] | None = None,
    ) -> Response:
        visit = _visit(request)
        factor = self.own.pending_factor(visit)
        return self.gate.show(
            request,
            "desk_account.html",
            403 if wrong else 400 if unusable else 200,
            visit=visit,
            sessions=self.own.sessions(visit),
            recovery_left=self.own.recovery_left(visit),
            factor=factor,
            picture=picture(factor) if factor else "",
            done=DONE.get(request.query_params.get("done", ""), ""),
            wrong=wrong,
            unusable=unusable,
            acts=TOLD,
            keys=typed or request.state.person.keys,
        )


def _visit(request: Request) -> Visit:
    visit: Visit | None = request.state.visit
    assert visit is not None, "only who has an account has the permission"
    return visit


def _done(what: str) -> Response:
    return RedirectResponse(f"/desk/account?done={what}", 303, PRIVATE)
