"""An issue's way out: approve, hold, skip, test, send, and all that may be done while it goes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from digest.desk.forms import one
from digest.desk.words import paragraphs
from digest.errors import BlockedError, ConflictError, DigestError
from digest.model import Decision, Issue, IssueState, Outcome, StoryId
from digest.passage import Standing
from digest.people.roles import Permission
from digest.steps.along import Along
from digest.web.desk_room import Room, whole
from digest.web.gate import PRIVATE, DeskRoute

#: addresses that one test may go to
MOST = 10
#: how often the page of an issue on its way is loaded anew, in seconds
AGAIN = 5


_GOING = frozenset({IssueState.LOCKED, IssueState.SENDING})
#: does what a button says, and writes it down along with it; answers with what is to be told
Act: TypeAlias = Callable[[Request, Issue, Along], str]


class Passage(Protocol):
    """What the pages ask; digest/passage.py answers."""

    def standing(self, issue: Issue, *, reckon: bool = False) -> Standing: ...
    def approve(
        self, issue: Issue, revision: int, despite: Sequence[str], who: str, along: Along
    ) -> Issue: ...
    def review(self, issue: Issue, who: str, along: Along) -> Issue: ...
    def hold(self, issue: Issue, who: str, why: str, along: Along) -> Issue: ...
    def skip(self, issue: Issue, who: str, why: str, along: Along) -> Issue: ...
    def undo(self, issue: Issue, who: str, along: Along) -> Issue: ...
    def send(self, issue: Issue, who: str, along: Along) -> Issue: ...
    def pause(self, issue: Issue, who: str, why: str, along: Along) -> Issue: ...
    def resume(self, issue: Issue, who: str, along: Along, *, late: bool) -> Issue: ...
    def stop(self, issue: Issue, who: str, why: str, along: Along) -> Issue: ...
    def decide(
        self, issue: Issue, decision: Decision, who: str, along: Along, *, late: bool
    ) -> int: ...
    def correct(
        self, issue: Issue, story: StoryId, words: tuple[str, str], who: str, along: Along
    ) -> Issue: ...
    def test(self, issue: Issue, to: Sequence[str]) -> list[Outcome]: ...


@dataclass(frozen=True, slots=True)
class PassagePages:
    """``/desk/issues/N/send`` and its buttons, each with the permission it needs."""

    room: Room
    passage: Passage

    def routes(self) -> list[DeskRoute]:
        """The page, and one address for each act: so that each asks for its own permission."""
        page = self.room.page
        acts: Mapping[str, tuple[Act, Permission]] = {
            "approve": (self._approve, Permission.APPROVE),
            "review": (self._review, Permission.EDIT),
            "hold": (self._hold, Permission.PAUSE),
            "skip": (self._skip, Permission.APPROVE),
            "undo": (self._undo, Permission.PAUSE),
            "now": (self._send, Permission.SEND),
            "pause": (self._pause, Permission.PAUSE),
            "resume": (self._resume, Permission.SEND),
            "stop": (self._stop, Permission.SEND),
            "decide": (self._decide, Permission.SEND),
            "correct": (self._correct, Permission.SEND),
            "test": (self._test, Permission.TEST_SEND),
        }
        return [
            page("/send", self.show, Permission.VIEW),
            *(
                page(f"/send/{name}", self._doing(name, work), needs, ("POST",))
                for name, (work, needs) in acts.items()
            ),
        ]

    def show(self, request: Request) -> Response:
        """How it stands; while it goes a script keeps it true, and without one it reloads."""
        return self._page(request, self.room.issue(request))

    def _page(
        self, request: Request, issue: Issue, status: int = 200, wrong: str = "", done: str = ""
    ) -> Response:
        reckon = "reckon" in request.query_params
        try:
            stands = self.passage.standing(issue, reckon=reckon)
        except DigestError as error:
            raise HTTPException(409, str(error)) from error
        return self.room.show(
            request,
            "desk_send.html",
            issue,
            status,
            stands=stands,
            wrong=wrong,
            done=done or DONE.get(request.query_params.get("done", ""), ""),
            decisions=DECISIONS,
            total=sum(stands.progress.values()),
            again=AGAIN if issue.state in _GOING and status == 200 else 0,
        )

    def _doing(self, name: str, work: Act) -> Callable[[Request], Response]:
        """The endpoint of an act: it is done and written down, both or neither, and shown."""

        def endpoint(request: Request) -> Response:
            issue = self.room.issue(request)
            along = self.room.noting(request, name, f"issue {issue.id}")
            try:
                told = work(request, issue, along)
            except ConflictError as error:
                since = "; ".join(error.changes)
                wrong = f"Nothing was done: {error.message}. {since} Look again, then decide."
                return self._page(request, self.room.issue(request), 409, wrong)
            except BlockedError as error:
                wrong = f"Not approved: {error.message}. Mend it, or take it on yourself below."
                return self._page(request, issue, 409, wrong)
            except DigestError as error:
                wrong = f"Nothing was done: {error.message}."
                return self._page(request, self.room.issue(request), 409, wrong)
            if told:
                return self._page(request, self.room.issue(request), done=told)
            path = f"/desk/issues/{issue.id}/send?done={name}"
            return RedirectResponse(path, 303, PRIVATE)

        return endpoint

    def _approve(self, request: Request, issue: Issue, along: Along) -> str:
        fields = request.state.fields
        despite = [name for name in fields.get("despite", ()) if name]
        self.passage.approve(issue, whole(one(fields, "revision")), despite, _who(request), along)
        return ""

    def _review(self, request: Request, issue: Issue, along: Along) -> str:
        self.passage.review(issue, _who(request), along)
        return ""

    def _hold(self, request: Request, issue: Issue, along: Along) -> str:
        self.passage.hold(issue, _who(request), _why(request), along)
        return ""

    def _skip(self, request: Request, issue: Issue, along: Along) -> str:
        self.passage.skip(issue, _who(request), _why(request), along)
        return ""

    def _undo(self, request: Request, issue: Issue, along: Along) -> str:
        self.passage.undo(issue, _who(request), along)
        return ""

    def _send(self, request: Request, issue: Issue, along: Along) -> str:
        self.passage.send(issue, _who(request), along)
        return ""

    def _pause(self, request: Request, issue: Issue, along: Along) -> str:
        self.passage.pause(issue, _who(request), _why(request), along)
        return ""

    def _resume(self, request: Request, issue: Issue, along: Along) -> str:
        late = bool(one(request.state.fields, "late"))
        self.passage.resume(issue, _who(request), along, late=late)
        return ""

    def _stop(self, request: Request, issue: Issue, along: Along) -> str:
        self.passage.stop(issue, _who(request), _why(request), along)
        return ""

    def _decide(self, request: Request, issue: Issue, along: Along) -> str:
        fields = request.state.fields
        wanted = one(fields, "decision")
        if wanted not in set(Decision):
            raise HTTPException(400, "This form is not complete.")
        late = bool(one(fields, "late"))
        count = self.passage.decide(issue, Decision(wanted), _who(request), along, late=late)
        return f"Decided about {count} deliveries."

    def _correct(self, request: Request, issue: Issue, along: Along) -> str:
        fields = request.state.fields
        words = (paragraphs(one(fields, "wrong")), paragraphs(one(fields, "right")))
        story = StoryId(whole(one(fields, "story")))
        letter = self.passage.correct(issue, story, words, _who(request), along)
        held = letter.state is IssueState.HELD
        return f"Letter {letter.id} {'waits for approval' if held else 'goes with the next tick'}."

    def _test(self, request: Request, issue: Issue, along: Along) -> str:
        """Not kept: an address that was typed stands in no table of ours."""
        del along
        given = one(request.state.fields, "to").replace(",", " ").replace(";", " ").split()
        to = list(dict.fromkeys(given))
        if not 0 < len(to) <= MOST:
            raise HTTPException(400, f"Give between one and {MOST} addresses.")
        # Mail is no transaction: who sends it is written down before it goes.
        self.room.note(request, "test", f"issue {issue.id}")
        outcomes = self.passage.test(issue, to)
        told = (
            f"test {number}: {outcome.state.replace('_', ' ')}{f' ({code})' if code else ''}"
            for number, outcome in enumerate(outcomes, 1)
            for code in [outcome.code]
        )
        return f"Sent to {len(to)}: {'; '.join(told)}."


def _who(request: Request) -> str:
    name: str = request.state.person.name
    return name


def _why(request: Request) -> str:
    return " ".join(one(request.state.fields, "why").split())[:500]


DONE = {
    "approve": "Approved.",
    "review": "It is given to people to look at.",
    "hold": "Held. Nothing goes until somebody approves it.",
    "skip": "Left out. Its stories roll into the next issue.",
    "undo": "Taken back, and paused. Nothing of it went.",
    "now": "It goes with the next tick of the clock.",
    "pause": "Paused. What is at work is finished; nothing more goes.",
    "resume": "It goes on.",
    "stop": "Stopped. What has not gone is given up.",
}
DECISIONS = {
    Decision.ACCEPT: "They arrived",
    Decision.RESEND: "Send them again: some may get it twice",
    Decision.SKIP: "They count as not reached",
}
