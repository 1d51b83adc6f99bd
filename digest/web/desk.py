"""The desk: the next issue of each edition as it stands, why each story is there, and its mail.

Read-only until editors have accounts. The mail is shown by the render call that sends it, in a
sandboxed frame with a policy of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from jinja2 import Environment
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from digest.errors import NotFoundError
from digest.model import DeliveryState, Interest, Issue, IssueId, RenderedVariant, VariantContent
from digest.store.issues import Draft
from digest.web.guard import MAIL_POLICY


class Desk(Protocol):
    """What the desk needs to know; app.py answers."""

    def issues(self, limit: int) -> Sequence[Issue]: ...
    def next_issues(self) -> Sequence[tuple[Issue, VariantContent]]: ...
    def issue(self, issue_id: IssueId) -> Issue: ...
    def draft(self, issue: Issue) -> Draft: ...
    def progress(self, issue: Issue) -> Mapping[DeliveryState, int]: ...
    def rendered(self, issue: Issue, interest: Interest | None) -> RenderedVariant: ...
    def choices(self) -> Mapping[str, Mapping[str, str]]: ...
    def a_preference_page(self) -> str | None: ...


#: what a preview may be narrowed by
CHOICES = ("region", "topic", "segment")


@dataclass(frozen=True, slots=True)
class DeskPages:
    """The pages of the desk."""

    desk: Desk
    templates: Environment
    plain: Callable[[RenderedVariant], tuple[str, str]]

    def routes(self) -> list[Route]:
        """``/`` and ``/desk/…``."""
        return [
            Route("/", self.home),
            Route("/desk/issues/{issue:int}", self.issue),
            Route("/desk/issues/{issue:int}/mail", self.mail),
            Route("/desk/issues/{issue:int}/text", self.text),
        ]

    def home(self, request: Request) -> Response:
        """What goes out next, and what went out."""
        del request
        page = self.templates.get_template("desk_home.html").render(
            upcoming=self.desk.next_issues(),
            issues=[(one, self.desk.progress(one)) for one in self.desk.issues(20)],
            preferences=self.desk.a_preference_page(),
        )
        return HTMLResponse(page)

    def issue(self, request: Request) -> Response:
        """One issue: its mail beside the reasons of its stories."""
        issue = self._issue(request)
        draft = self.desk.draft(issue)
        page = self.templates.get_template("desk_issue.html").render(
            issue=issue,
            draft=draft,
            candidates={one.stored.id: one for one in draft.pool},
            progress=self.desk.progress(issue),
            choices=self.desk.choices(),
            chosen={
                key: request.query_params.getlist(key) for key in ("region", "topic", "segment")
            },
            query=request.url.query,
        )
        return HTMLResponse(page)

    def mail(self, request: Request) -> Response:
        """The HTML part, with links to leave and choose that lead nowhere."""
        html, _ = self.plain(self._rendered(request))
        return HTMLResponse(html, headers={"Content-Security-Policy": MAIL_POLICY})

    def text(self, request: Request) -> Response:
        """The plain-text part."""
        _, text = self.plain(self._rendered(request))
        return PlainTextResponse(text)

    def _rendered(self, request: Request) -> RenderedVariant:
        return self.desk.rendered(self._issue(request), _interest(request))

    def _issue(self, request: Request) -> Issue:
        try:
            return self.desk.issue(IssueId(request.path_params["issue"]))
        except NotFoundError as error:
            raise HTTPException(404, "There is no such issue.") from error


def _interest(request: Request) -> Interest | None:
    chosen = {key: frozenset(filter(None, request.query_params.getlist(key))) for key in CHOICES}
    if not any(chosen.values()):
        return None
    return Interest(regions=chosen["region"], topics=chosen["topic"], segments=chosen["segment"])
