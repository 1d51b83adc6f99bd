"""The mail of an issue as readers get it: in frames of several kinds, as text, as one page.

Frames come by ``src``, so that each is under a policy of its own (guard.MAIL_POLICY) and in a
sandbox: nothing in a story can reach the desk.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode

from jinja2 import Environment
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from digest.errors import DigestError
from digest.model import Interest, Issue, Level, StoryId, SubscriberId
from digest.people.roles import Permission
from digest.preview.frames import shown_as
from digest.preview.inbox import cut, rows
from digest.preview.page import page
from digest.preview.preview import Mail, Preview
from digest.web.desk_issue import ROOMS
from digest.web.desk_room import Room, whole
from digest.web.gate import PRIVATE, DeskRoute
from digest.web.guard import MAIL_POLICY, PREVIEW_POLICY

Whom = Interest | SubscriberId | None
#: what a preview may be narrowed by
CHOICES = ("region", "topic", "segment")
#: what the page's switches offer: name → (label, what is said of it)
WAYS: Mapping[str, tuple[str, str]] = {
    "sent": ("As sent", ""),
    "forced": ("Forced dark", "About what mail programs do that turn all colours round."),
    "bare": ("Images off", "As most work accounts show it at first."),
    "large": ("Large text", "As a phone set to larger letters shows it."),
    "print": ("Print", "About what paper shows: no backgrounds, black letters."),
}


class Mails(Protocol):
    """What the pages need; app.py answers."""

    def preview(self, issue: Issue, whom: Whom = None) -> Preview: ...
    def proof(self, issue: Issue, whom: Whom = None) -> Preview: ...
    def readers(self, issue: Issue, segment: str) -> int: ...


@dataclass(frozen=True, slots=True)
class MailPages:
    """``/desk/issues/N/look`` and the frames in it; ``/preview``, the same to keep as a file."""

    room: Room
    mails: Mails
    templates: Environment

    def routes(self) -> list[DeskRoute]:
        """All of them show and do nothing."""
        page_, view = self.room.page, Permission.VIEW
        return [
            page_("/look", self.look, view),
            page_("/mail", self.mail, view),
            page_("/text", self.text, view),
            page_("/preview", self.preview, view),
        ]

    def look(self, request: Request) -> Response:
        """The mail at both widths, its row in inboxes, and what preflight says."""
        issue, asked = self.room.issue(request), request.query_params
        preview = self._preview(request, issue)
        way = asked.get("as", "sent")
        segment = asked.get("segment", "")
        chosen = {key: asked.get(key, "") for key in (*CHOICES, "reader")}
        kept = {key: value for key, value in chosen.items() if value}
        dark = asked.get("colours") == "dark"
        mail, headlines = preview.mail, self.room.editing.table(issue.id).draft.headlines
        line = " · ".join(filter(None, (mail.subject, mail.preheader))) if mail else ""
        return self.room.show(
            request,
            "desk_look.html",
            issue,
            preview=preview,
            ways=WAYS,
            way=way if way in WAYS else "sent",
            dark=dark,
            chosen=chosen,
            link=lambda **changes: urlencode(
                {
                    key: value
                    for key, value in (
                        kept | {"as": way, "colours": "dark" if dark else ""} | changes
                    ).items()
                    if value
                }
            ),
            inbox=[(width, cut(line, width)) for width in ROOMS] if mail else [],
            rows=list(rows(mail.subject, mail.preheader)) if mail else [],
            findings=sorted(
                (one for one in preview.findings if one.level is not Level.PASS),
                key=lambda one: one.level is not Level.BLOCK,
            ),
            passed=[one for one in preview.findings if one.level is Level.PASS],
            place=lambda one: _place(issue, one.where, one.check, headlines),
            readers=self.mails.readers(issue, segment) if segment else None,
        )

    def mail(self, request: Request) -> Response:
        """The HTML part, with links to leave and choose that lead nowhere."""
        html = self._mail(request).html
        way = request.query_params.get("as", "sent")
        headers = {**PRIVATE, "Content-Security-Policy": MAIL_POLICY}
        return HTMLResponse(shown_as(html, way), headers=headers)

    def text(self, request: Request) -> Response:
        """The plain-text part."""
        return PlainTextResponse(self._mail(request).text, headers=PRIVATE)

    def preview(self, request: Request) -> Response:
        """The page that `digest preview` writes: all of it in one document that stands alone."""
        whom = self._whom(request)
        preview = self._tried(lambda: self.mails.preview(self.room.issue(request), whom))
        headers = {**PRIVATE, "Content-Security-Policy": PREVIEW_POLICY}
        return HTMLResponse(page(self.templates, preview), headers=headers)

    def _mail(self, request: Request) -> Mail:
        mail = self._preview(request, self.room.issue(request)).mail
        if mail is None:
            raise HTTPException(404, "Such readers get no mail of this issue.")
        return mail

    def _preview(self, request: Request, issue: Issue) -> Preview:
        whom = self._whom(request)
        return self._tried(lambda: self.mails.proof(issue, whom))

    def _tried(self, work: Callable[[], Preview]) -> Preview:
        try:
            return work()
        except DigestError as error:
            raise HTTPException(409, str(error)) from error

    def _whom(self, request: Request) -> Whom:
        """For whom; one reader only for those who may see readers' data, and it is recorded."""
        reader = whole(request.query_params.get("reader", ""))
        if reader:
            if not request.state.person.may(Permission.READERS):
                raise HTTPException(403, "To look at a reader’s mail needs the role “readers”.")
            if request.url.path.endswith("/look"):
                self.room.note(request, "look", f"subscriber {reader}")
            return SubscriberId(reader)
        chosen = {
            key: frozenset(filter(None, request.query_params.getlist(key))) for key in CHOICES
        }
        if not any(chosen.values()):
            return None
        return Interest(
            regions=chosen["region"], topics=chosen["topic"], segments=chosen["segment"]
        )


def _place(issue: Issue, told: str, check: str, headlines: Mapping[StoryId, str]) -> str:
    """Where what was found is mended: a story's page, or a part of the issue's; empty: neither."""
    base = f"/desk/issues/{issue.id}"
    if check in {"subject", "preheader"}:
        return f"{base}#words"
    named = re.search(r"\bstory (\d+)\b", told)
    if named:
        return f"{base}/stories/{named[1]}"
    for story, headline in headlines.items():
        if headline and headline[:40] in told:
            return f"{base}/stories/{story}"
    return f"{base}#sections" if check == "blocks" else ""
