"""Who works at the desk: invite, give roles, disable, begin anew. For admins."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from digest.errors import NotFoundError, WrongStateError
from digest.model import DeliveryState, Outcome
from digest.people.roles import Grant, Permission, Role, grants_of
from digest.staff.people import People
from digest.store.people import Account
from digest.web.gate import PRIVATE, DeskRoute, Gate, one

#: what each role is for, as its column says
TOLD = {
    Role.VIEWER: "sees issues",
    Role.EDITOR: "chooses stories and words",
    Role.SENDER: "approves and sends",
    Role.ADMIN: "all of that, and people",
    Role.READERS: "sees readers’ data",
}
#: what can be done with an account beside its roles
DONE = {
    "invited": "The account is made.",
    "roles": "The roles are changed.",
    "disable": "The account is closed, and its browsers are logged out.",
    "enable": "The account is open again.",
    "logout": "Logged out everywhere.",
}


#: (number, name, address, link) → what became of the mail that brings it
Inviting: TypeAlias = Callable[[int, str, str, str], Outcome]


@dataclass(frozen=True, slots=True)
class PeoplePages:
    """``/desk/people``."""

    gate: Gate
    people: People
    #: slug → name
    editions: Mapping[str, str]
    #: a token → the link to pass on
    link: Callable[[str], str]
    mail: Inviting

    def routes(self) -> list[DeskRoute]:
        """The list, each person, and what the forms do."""
        page, needs, post = self.gate.page, Permission.PEOPLE, ("POST",)
        return [
            page("/desk/people", self.every, needs),
            page("/desk/people/invite", self.invite, needs, methods=post),
            page("/desk/people/{person:int}", self.person, needs),
            page("/desk/people/{person:int}/roles", self.roles, needs, methods=post),
            page("/desk/people/{person:int}/state", self.state, needs, methods=post),
        ]

    def every(self, request: Request) -> Response:
        """Everybody, and the form to invite somebody."""
        return self._list(request)

    def invite(self, request: Request) -> Response:
        """Make an account, mail its owner the link, and show it this once."""
        fields = request.state.fields
        try:
            grants = self._grants(request)
            token = self.people.invite(
                one(fields, "name"), one(fields, "email"), grants, self.gate.actor(request)
            )
        except WrongStateError as error:
            return self._list(request, wrong=str(error))
        account = self.people.named(one(fields, "email"))
        return self._linked(request, account, token)

    def person(self, request: Request) -> Response:
        """One person and their roles."""
        return self._one(request, self._account(request))

    def roles(self, request: Request) -> Response:
        """These roles in place of those they had."""
        account = self._account(request)
        try:
            self.people.set_roles(_id(account), self._grants(request), self.gate.actor(request))
        except WrongStateError as error:
            return self._one(request, account, wrong=str(error))
        return _done(account, "roles")

    def state(self, request: Request) -> Response:
        """Close an account, open it, log it out, or begin it anew."""
        account, by = self._account(request), self.gate.actor(request)
        what = one(request.state.fields, "do")
        acts: Mapping[str, Callable[[int], object]] = {
            "disable": lambda who: self.people.disable(who, by),
            "enable": lambda who: self.people.enable(who, by),
            "logout": lambda who: self.people.log_out(who, by),
        }
        if what == "reset":
            return self._linked(request, account, self.people.reset(_id(account), by))
        if what not in acts:
            raise HTTPException(400, "There is nothing of that name to do.")
        try:
            acts[what](_id(account))
        except WrongStateError as error:
            return self._one(request, account, wrong=str(error))
        return _done(account, what)

    def _grants(self, request: Request) -> frozenset[Grant]:
        """Raises WrongStateError."""
        words = list(request.state.fields.get("grant", ()))
        try:
            return grants_of(words, frozenset(self.editions))
        except ValueError as error:
            raise WrongStateError(str(error)) from error

    def _account(self, request: Request) -> Account:
        try:
            return self.people.get(request.path_params["person"])
        except NotFoundError as error:
            raise HTTPException(404, "There is nobody of that number.") from error

    def _list(self, request: Request, *, wrong: str = "") -> Response:
        fields = request.state.fields
        return self.gate.show(
            request,
            "desk_people.html",
            409 if wrong else 200,
            accounts=self.people.every(),
            given={name: one(fields, name) for name in ("name", "email")},
            granted=set(fields.get("grant", ())),
            wrong=wrong,
            **self._offered(),
        )

    def _one(self, request: Request, account: Account, *, wrong: str = "") -> Response:
        return self.gate.show(
            request,
            "desk_person.html",
            409 if wrong else 200,
            account=account,
            granted={str(grant) for grant in account.person.grants},
            done=DONE.get(request.query_params.get("done", ""), ""),
            wrong=wrong,
            **self._offered(),
        )

    def _linked(self, request: Request, account: Account, token: str) -> Response:
        link, person = self.link(token), account.person
        mailed = self.mail(_id(account), person.name, person.email, link)
        sent = mailed.state is DeliveryState.ACCEPTED
        return self.gate.show(
            request, "desk_link.html", account=account, link=link, mailed=mailed, sent=sent
        )

    def _offered(self) -> Mapping[str, object]:
        return {"told": TOLD, "editions": self.editions}


def _id(account: Account) -> int:
    assert account.person.id is not None, "who has an account has a number"
    return account.person.id


def _done(account: Account, what: str) -> Response:
    return RedirectResponse(f"/desk/people/{account.person.id}?done={what}", 303, PRIVATE)
