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
from digest.model import DeliveryState, Interest, Issue, IssueId, IssueState, VariantContent
from digest.preview.page import page
from digest.preview.preview import Preview
from digest.store.issues import Draft
from digest.web.guard import MAIL_POLICY, PREVIEW_POLICY


class Desk(Protocol):
    """What the desk needs to know; app.py answers."""

    def issues(self, limit: int) -> Sequence[Issue]: ...
    def next_issues(self) -> Sequence[tuple[Issue, VariantContent]]: ...
    def issue(self, issue_id: IssueId) -> Issue: ...
    def draft(self, issue: Issue) -> Draft: ...
    def progress(self, issue: Issue) -> Mapping[DeliveryState, int]: ...
    def content(self, issue: Issue, interest: Interest | None) -> VariantContent: ...
    def plain_mail(self, issue: Issue, interest: Interest | None) -> tuple[str, str]: ...
    def preview(self, issue: Issue, whom: Interest | None) -> Preview: ...
    def when(self, issue: Issue) -> str: ...


#: what a preview may be narrowed by
CHOICES = ("region", "topic", "segment")


@dataclass(frozen=True, slots=True)
class DeskPages:
    """The pages of the desk."""

    desk: Desk
    templates: Environment
    #: region, topic and segment → what a preview may be narrowed to: value → name
    choices: Mapping[str, Mapping[str, str]]
    #: the path of some subscriber's preference page, on a trial
    preference_page: Callable[[], str | None]

    def routes(self) -> list[Route]:
        """``/`` and ``/desk/…``."""
        return [
            Route("/", self.home),
            Route("/desk/issues/{issue:int}", self.issue),
            Route("/desk/issues/{issue:int}/mail", self.mail),
            Route("/desk/issues/{issue:int}/text", self.text),
            Route("/desk/issues/{issue:int}/preview", self.preview),
        ]

    def home(self, request: Request) -> Response:
        """What goes out next, and what went out."""
        del request
        page = self.templates.get_template("desk_home.html").render(
            upcoming=self.desk.next_issues(),
            issues=[(one, self.desk.progress(one)) for one in self.desk.issues(20)],
            preferences=self.preference_page(),
            when=self.desk.when,
            tone=_tone,
        )
        return HTMLResponse(page)

    def issue(self, request: Request) -> Response:
        """One issue: its mail beside the reasons of its stories."""
        issue = self._issue(request)
        draft = self.desk.draft(issue)
        page = self.templates.get_template("desk_issue.html").render(
            issue=issue,
            content=self.desk.content(issue, _interest(request)),
            draft=draft,
            candidates={one.stored.id: one for one in draft.pool},
            progress=self.desk.progress(issue),
            choices=self.choices,
            chosen={
                key: request.query_params.getlist(key) for key in ("region", "topic", "segment")
            },
            width="phone" if request.query_params.get("width") == "phone" else "desktop",
            query=request.url.query,
            when=self.desk.when,
            tone=_tone,
        )
        return HTMLResponse(page)

    def mail(self, request: Request) -> Response:
        """The HTML part, with links to leave and choose that lead nowhere."""
        html, _ = self.desk.plain_mail(self._issue(request), _interest(request))
        return HTMLResponse(html, headers={"Content-Security-Policy": MAIL_POLICY})

    def text(self, request: Request) -> Response:
        """The plain-text part."""
        _, text = self.desk.plain_mail(self._issue(request), _interest(request))
        return PlainTextResponse(text)

    def preview(self, request: Request) -> Response:
        """The page that `digest preview` writes: the mail in inboxes, sizes and colours."""
        preview = self.desk.preview(self._issue(request), _interest(request))
        headers = {"Content-Security-Policy": PREVIEW_POLICY}
        return HTMLResponse(self.preview_page(preview), headers=headers)

    def preview_page(self, preview: Preview) -> str:
        """A preview as a page that stands alone, so that it may be a file too."""
        return page(self.templates, preview)

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


def _tone(state: IssueState) -> str:
    """The colour of a state's badge."""
    return {
        IssueState.SENT: "good",
        IssueState.CORRECTED: "good",
        IssueState.APPROVED: "good",
        IssueState.HELD: "warn",
        IssueState.SKIPPED: "warn",
        IssueState.MISSED: "bad",
    }.get(state, "")
