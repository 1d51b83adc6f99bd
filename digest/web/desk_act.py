"""What editors do to an issue: every form of its page is posted here.

Each brings the revision that it was made upon: as a field, or by a script as If-Match (RFC 9110
§13.1.1). Where the issue changed since, the answer is 409, or 412 to If-Match, and shows both.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from digest.curate.correct import About
from digest.desk.actions import Move
from digest.desk.forms import about, action, one
from digest.errors import ConflictError, DigestError, InvalidError, NotFoundError, WrongStateError
from digest.model import Issue, Reject, StoryId
from digest.people.roles import Permission
from digest.web.desk_block import BlockPages
from digest.web.desk_issue import IssuePages
from digest.web.desk_room import Room, back, query, wanted, whole
from digest.web.desk_story import StoryPages
from digest.web.gate import DeskRoute

POST = ("POST",)


@dataclass(frozen=True, slots=True)
class ActPages:
    """``/desk/issues/N/act`` and the few acts that change more than the issue."""

    room: Room
    pages: IssuePages
    stories: StoryPages
    blocks: BlockPages

    def routes(self) -> list[DeskRoute]:
        """All of them, by POST alone."""
        page, edit = self.room.page, Permission.EDIT
        return [
            page("/act", self.act, edit, POST),
            page("/fill", self.fill, edit, POST),
            page("/add", self.add, edit, POST),
            page("/keep", self.keep, edit, POST),
            page("/stories/{story:int}/correct", self.correct, edit, POST),
            page("/stories/{story:int}/pair", self.pair, edit, POST),
        ]

    def act(self, request: Request) -> Response:
        """One act upon the revision that was seen, or nothing."""
        fields, issue = request.state.fields, self.room.issue(request)
        matched = request.headers.get("if-match", "").strip('"')
        seen = whole(matched or one(fields, "revision"))
        try:
            done = action(fields)
            changed = self.room.editing.edit(issue.id, seen, who(request), done)
        except ConflictError as error:
            return self.pages.conflict(request, error, 412 if matched else 409)
        except (InvalidError, NotFoundError, WrongStateError) as error:
            return self._wrong(request, issue, error)
        story = about(fields)
        anchor = f"story-{story}" if isinstance(done, Move) or story else one(fields, "anchor")
        return self._back(request, issue, changed.revision, story, anchor)

    def fill(self, request: Request) -> Response:
        """Take in what came since."""
        issue = self.room.issue(request)
        self.room.editing.fill(issue)
        return back(issue, self._place(request), "issue")

    def add(self, request: Request) -> Response:
        """Bring in a story from its address; it joins the pool as an editor's pick."""
        issue = self.room.issue(request)

        def bring() -> str:
            found = self.room.editing.read(one(request.state.fields, "url"))
            if isinstance(found, Reject):
                why = found.detail or found.reason
                raise InvalidError(f"this page tells no story that can be used: {why}")
            added = self.room.editing.add(found, [issue.edition], who(request))
            self.room.editing.fill(issue)
            return f"pool-{added.story.id}"

        return self._beyond(request, issue, bring)

    def keep(self, request: Request) -> Response:
        """Let every issue show its sections so."""
        issue = self.room.issue(request)

        def kept() -> str:
            self.room.editing.keep_sections(issue.id, who(request))
            return "sections"

        return self._beyond(request, issue, kept)

    def correct(self, request: Request) -> Response:
        """Decide where a story plays and what it is about."""
        fields, issue, story = request.state.fields, self.room.issue(request), _story(request)
        chosen = {
            kind: [value for value in fields.get(kind.value, ()) if value]
            for kind in (About.REGION, About.TOPIC)
            if kind.value in fields
        }

        def corrected() -> str:
            self.room.editing.correct(story, chosen, who(request))
            self.room.editing.fill(issue)
            return ""

        return self._beyond(request, issue, corrected, f"/stories/{story}")

    def pair(self, request: Request) -> Response:
        """Say that two stories are of one event, or of two."""
        fields, issue, story = request.state.fields, self.room.issue(request), _story(request)
        editing = self.room.editing
        decide = {"join": editing.join, "split": editing.split}.get(one(fields, "decision"))
        if decide is None:
            raise HTTPException(400, "This form is not complete.")

        def paired() -> str:
            other = StoryId(whole(one(fields, "other")))
            decide(story, other, who(request))
            editing.fill(issue)
            return ""

        return self._beyond(request, issue, paired, f"/stories/{story}")

    def _beyond(
        self, request: Request, issue: Issue, work: Callable[[], str], path: str = ""
    ) -> Response:
        """Do what ``work`` does, which says where to go on; then back."""
        try:
            anchor = work()
        except DigestError as error:
            return self._wrong(request, issue, error)
        if path:
            answer = back(issue, "", "")
            answer.headers["location"] = f"/desk/issues/{issue.id}{path}"
            return answer
        return back(issue, self._place(request), anchor)

    def _wrong(self, request: Request, issue: Issue, error: DigestError) -> Response:
        hint = f" {error.hint[:1].upper()}{error.hint[1:]}." if error.hint else ""
        told = f"{error.message[:1].upper()}{error.message[1:]}.{hint}"
        status = 409 if isinstance(error, WrongStateError) else 400
        fields = request.state.fields
        typed = {key: one(fields, key) for key in fields}
        verb, _, of = one(fields, "do").partition(" ")
        if verb == "edit" and (story := about(fields)):
            return self.stories.page(request, story, status, told, typed)
        if verb == "block" and of.startswith(("add", "change")):
            return self.blocks.again(request, status, told)
        return self.pages.page(request, issue.id, status, wrong=told, typed=typed)

    def _back(
        self, request: Request, issue: Issue, revision: int, story: StoryId | None, anchor: str
    ) -> Response:
        told = {"done": revision} | ({"at": story} if story else {})
        place = "&".join(filter(None, (self._place(request), urlencode(told))))
        return back(issue, place, anchor)

    def _place(self, request: Request) -> str:
        """The pool as it was narrowed, made anew from what we know ourselves."""
        told = parse_qs(one(request.state.fields, "back")[:1000])
        return query(wanted({key: values[0] for key, values in told.items()}))


def who(request: Request) -> str:
    """Whose name an act bears."""
    name: str = request.state.person.name
    return name


def _story(request: Request) -> StoryId:
    return StoryId(request.path_params["story"])
