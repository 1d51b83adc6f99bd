"""The page that a review mail leads to: ``/desk/review/…``, on the readers' public site.

It comes by mail, so it must open anywhere; it shows one issue to one person and nothing else of the
desk. A GET or HEAD shows: mail scanners GET every link. Only a POST acts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qsl

from jinja2 import Environment
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from digest.errors import BlockedError, ConflictError, NotFoundError, WrongStateError
from digest.review_links import REVIEWS
from digest.steps.review import ACTS
from digest.steps.reviewing import Reviewed
from digest.web.guard import MAIL_POLICY

#: bytes of a form: two short fields
_LARGEST = 2_000
HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow, noarchive"}


class Reviews(Protocol):
    """What the page needs; app.py answers."""

    def look(self, token: str) -> Reviewed: ...
    def mail(self, token: str) -> str: ...
    def press(self, token: str, act: str, revision: int) -> None: ...


@dataclass(frozen=True, slots=True)
class ReviewPages:
    """One page, the mail in it, and its buttons."""

    reviews: Reviews
    templates: Environment
    #: where the desk answers, for a person
    desk: Callable[[], str]

    def routes(self) -> list[Route]:
        """``/desk/review/<token>``."""
        return [
            Route(f"{REVIEWS}{{token}}", self.show, methods=["GET"]),
            Route(f"{REVIEWS}{{token}}", self.press, methods=["POST"]),
            Route(f"{REVIEWS}{{token}}/mail", self.mail, methods=["GET"]),
        ]

    def show(self, request: Request) -> Response:
        """The issue, what preflight says of it, and what can be done."""
        return self._page(request.path_params["token"])

    def mail(self, request: Request) -> Response:
        """The mail as readers get it, for a frame."""
        try:
            html = self.reviews.mail(request.path_params["token"])
        except NotFoundError as error:
            raise HTTPException(404, "This review is over.") from error
        return HTMLResponse(html, headers={**HEADERS, "Content-Security-Policy": MAIL_POLICY})

    async def press(self, request: Request) -> Response:
        """Do what a button says; the page then shows how the issue stands."""
        fields = await _fields(request)
        act, revision = fields.get("act", ""), fields.get("revision", "")
        if act not in ACTS or not revision.isdecimal() or len(revision) > 9:
            raise HTTPException(400, "This form is not complete.")
        token = request.path_params["token"]
        return await run_in_threadpool(self._pressed, token, act, int(revision))

    def _pressed(self, token: str, act: str, revision: int) -> Response:
        try:
            self.reviews.press(token, act, revision)
        except NotFoundError as error:
            raise HTTPException(404, "This review is over.") from error
        except ConflictError as error:
            since = "; ".join(error.changes)
            told = f"Nothing was done: {error.message}. {since}"
            return self._page(token, told, 409)
        except BlockedError as error:
            return self._page(token, f"Nothing was done: {error.message}", 409)
        except WrongStateError as error:
            return self._page(token, f"Nothing was done: {error.message}.", 409)
        return RedirectResponse(f"{REVIEWS}{token}", status_code=303, headers=HEADERS)

    def _page(self, token: str, refused: str = "", status: int = 200) -> Response:
        try:
            told = self.reviews.look(token)
        except NotFoundError:
            page = self.templates.get_template("review_over.html").render()
            return HTMLResponse(page, status_code=404, headers=HEADERS)
        page = self.templates.get_template("review.html").render(
            told=told,
            issue=told.issue,
            labels=ACTS,
            refused=refused,
            token=token,
            path=REVIEWS,
            desk=self.desk(),
        )
        return HTMLResponse(page, status_code=status, headers=HEADERS)


async def _fields(request: Request) -> dict[str, str]:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _LARGEST:
            raise HTTPException(413, "This form is too long.")
    return dict(parse_qsl(body.decode("utf-8", "replace")))
