"""One reader at a time: what they get and why, and what they may ask of the newsroom.

Found by their exact address, which is typed into a form and stands in no URL. The pages about a
reader have no address of their own: every look is a POST, and written down.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from digest.desk.reader import ReaderCard
from digest.errors import InvalidError, NotFoundError, RefusedError
from digest.people.roles import Permission
from digest.staff.house import Actor
from digest.web.gate import PRIVATE, DeskRoute, Gate, one

#: what a letter is called
LETTERS = {
    "confirmation": "Their confirmation is written to them again.",
    "link": "A letter with fresh links is on its way to them.",
}


class Care(Protocol):
    """Who minds the readers; reader_care.py answers. Each act is written into the record."""

    def find(self, address: str, by: Actor) -> int: ...
    def handle(self, who: int, by: Actor) -> str: ...
    def opened(self, handle: str, by: Actor) -> int: ...
    def card(self, who: int) -> ReaderCard: ...
    def write_again(self, who: int, by: Actor) -> str: ...
    def leave(self, who: int, edition: str, how: str, by: Actor) -> None: ...
    def never(self, who: int, how: str, by: Actor) -> None: ...
    def export(self, who: int, by: Actor) -> bytes: ...
    def erase(self, who: int, by: Actor) -> None: ...


@dataclass(frozen=True, slots=True)
class ReaderPages:
    """``/desk/readers``."""

    gate: Gate
    care: Care

    def routes(self) -> list[DeskRoute]:
        """The form, the page that it leads to, and what that page's forms do."""
        page, needs, post = self.gate.page, Permission.READERS, ("POST",)
        return [
            page("/desk/readers", self.ask, needs),
            page("/desk/readers/find", self.find, needs, methods=post),
            page("/desk/readers/act", self.act, needs, methods=post),
            page("/desk/readers/export", self.export, Permission.EXPORT, methods=post),
            page("/desk/readers/erase", self.erase, Permission.ERASE, methods=post),
        ]

    def ask(self, request: Request) -> Response:
        """The form for an address."""
        return self._ask(request)

    def find(self, request: Request) -> Response:
        """The reader who has it."""
        address = one(request.state.fields, "email").strip()
        try:
            who = self.care.find(address, self.gate.actor(request))
        except (NotFoundError, InvalidError) as error:
            status = 404 if isinstance(error, NotFoundError) else 400
            return self._ask(request, wrong=_sentence(error), given=address, status=status)
        return self._page(request, who)

    def act(self, request: Request) -> Response:
        """Write to them, or have them leave."""
        fields, by = request.state.fields, self.gate.actor(request)
        who, how = self._meant(request), one(fields, "how")
        what, _, edition = one(fields, "do").partition(" ")
        acts: Mapping[str, Callable[[], str]] = {
            "write": lambda: LETTERS[self.care.write_again(who, by)],
            "leave": lambda: self._left(who, edition, how, by),
            "never": lambda: self._never(who, how, by),
        }
        if what not in acts:
            raise HTTPException(400, "There is nothing of that name to do.")
        try:
            done = acts[what]()
        except InvalidError as error:
            return self._page(request, who, wrong=_sentence(error), status=400)
        return self._page(request, who, done=done)

    def export(self, request: Request) -> Response:
        """All that is held of them, to send to them."""
        data = self.care.export(self._meant(request), self.gate.actor(request))
        told = {"Content-Disposition": 'attachment; filename="reader-data.zip"'}
        return Response(data, media_type="application/zip", headers={**PRIVATE, **told})

    def erase(self, request: Request) -> Response:
        """Erase them, if the box is ticked."""
        who = self._meant(request)
        if "sure" not in request.state.fields:
            told = "Tick the box first: this cannot be undone."
            return self._page(request, who, unsure=told, status=400)
        try:
            self.care.erase(who, self.gate.actor(request))
        except OSError:
            told = "A file of theirs cannot be removed. They get no more mail; try again."
            return self._page(request, who, unsure=told, status=500)
        return self._ask(request, done=f"Reader {who} is erased. What stays is that they get none.")

    def _left(self, who: int, edition: str, how: str, by: Actor) -> str:
        self.care.leave(who, edition, how, by)
        return "They have left it." if edition else "They have left every edition."

    def _never(self, who: int, how: str, by: Actor) -> str:
        self.care.never(who, how, by)
        return "They have left every edition, and are never mailed again."

    def _meant(self, request: Request) -> int:
        handle = one(request.state.fields, "reader")
        try:
            return self.care.opened(handle, self.gate.actor(request))
        except (NotFoundError, RefusedError) as error:
            raise HTTPException(400, "This page is too old: look the reader up again.") from error

    def _ask(
        self,
        request: Request,
        *,
        wrong: str = "",
        given: str = "",
        done: str = "",
        status: int = 200,
    ) -> Response:
        return self.gate.show(
            request, "desk_readers.html", status, wrong=wrong, given=given, done=done
        )

    def _page(
        self,
        request: Request,
        who: int,
        *,
        wrong: str = "",
        unsure: str = "",
        done: str = "",
        status: int = 200,
    ) -> Response:
        try:
            card = self.care.card(who)
        except NotFoundError as error:
            return self._ask(request, wrong=_sentence(error), status=404)
        return self.gate.show(
            request,
            "desk_reader.html",
            status,
            card=card,
            handle=self.care.handle(who, self.gate.actor(request)),
            how=one(request.state.fields, "how") if wrong else "",
            wrong=wrong,
            unsure=unsure,
            done=done,
        )


def _sentence(error: Exception) -> str:
    told = str(error)
    return f"{told[:1].upper()}{told[1:]}."
