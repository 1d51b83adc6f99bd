"""What the pages about one issue stand on: who answers them, and which issue is meant."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol, TypeAlias
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from digest.curate.correct import About
from digest.desk.actions import Action, Restore
from digest.desk.search import Show, Wanted
from digest.errors import NotFoundError
from digest.model import (
    Candidate,
    Issue,
    IssueId,
    IssueState,
    ParsedStory,
    Reject,
    SectionChange,
    StoredStory,
    StoryId,
)
from digest.newsdesk import Letter
from digest.people.roles import Permission
from digest.steps.add import Added
from digest.steps.along import Along
from digest.steps.desk import News, Sheet, Table
from digest.steps.history import Told
from digest.store.sent import SentIn
from digest.web.gate import PRIVATE, DeskRoute, Endpoint, Gate

ISSUE = "/desk/issues/{issue:int}"


class Editing(Protocol):
    """What editors ask of one issue; digest/newsdesk.py answers."""

    @property
    def source_names(self) -> Mapping[str, str]: ...
    def now(self) -> datetime: ...
    def when(self, issue: Issue) -> str: ...
    def name(self, issue: Issue) -> str: ...
    def issue(self, issue_id: IssueId) -> Issue: ...
    def locks_at(self, issue: Issue) -> datetime | None: ...
    def editable(self, issue: Issue) -> bool: ...
    def table(self, issue_id: IssueId) -> Table: ...
    def sheet(self, on: Table, story: StoryId) -> Sheet: ...
    def sent_in(self, keys: Collection[StoryId]) -> Mapping[StoryId, Sequence[SentIn]]: ...
    def reasons(self, on: Table, told: Iterable[Candidate]) -> Mapping[StoryId, str]: ...
    def newer(self, issue: Issue) -> int: ...
    def letter(self, issue: Issue) -> Letter | None: ...
    def edit(self, issue_id: IssueId, seen: int, who: str, action: Action | Restore) -> Issue: ...
    def reach(self, on: Table) -> Mapping[StoryId, int]: ...
    def fill(self, issue: Issue) -> Issue: ...
    def news(self, issue_id: IssueId, seen: int, filled: datetime | None) -> News: ...
    def outcome(self, issue_id: IssueId, revision: int, story: StoryId | None) -> str: ...
    def history(self, issue_id: IssueId) -> list[Told]: ...
    def correct(
        self, key: StoryId, chosen: Mapping[About, Collection[str]], who: str
    ) -> StoredStory: ...
    def join(self, one: StoryId, other: StoryId, who: str) -> None: ...
    def split(self, one: StoryId, other: StoryId, who: str) -> None: ...
    def read(self, url: str) -> ParsedStory | Reject: ...
    def add(self, found: ParsedStory, slugs: Collection[str], who: str) -> Added: ...
    def keep_sections(self, issue_id: IssueId, who: str) -> tuple[SectionChange, ...]: ...


#: (request, what was done, about what)
Note: TypeAlias = Callable[[Request, str, str], None]
#: the same, written in the transaction of the act
Noting: TypeAlias = Callable[[Request, str, str], Along]


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What all of those pages share."""

    gate: Gate
    editing: Editing
    #: region, topic and segment → what there is of it: value → name
    choices: Mapping[str, Mapping[str, str]]
    #: writes into the sealed record who did what
    note: Note
    noting: Noting

    def page(
        self, path: str, endpoint: Endpoint, needs: Permission, methods: Sequence[str] = ("GET",)
    ) -> DeskRoute:
        """A page of an issue, for those who have a permission in its edition."""
        made = partial(self.gate.page, needs=needs, edition=lambda asked: self.issue(asked).edition)
        return made(f"{ISSUE}{path}", endpoint, methods=methods)

    def issue(self, request: Request) -> Issue:
        """The one that is meant. Raises HTTPException (404)."""
        try:
            return self.editing.issue(IssueId(request.path_params["issue"]))
        except NotFoundError as error:
            raise HTTPException(404, "There is no such issue.") from error

    def show(
        self, request: Request, template: str, issue: Issue, status: int = 200, **values: object
    ) -> Response:
        """A page about an issue."""
        return self.gate.show(
            request,
            template,
            status,
            issue=issue,
            base=f"/desk/issues/{issue.id}",
            choices=self.choices,
            sources=self.editing.source_names,
            name=self.editing.name(issue),
            when=self.editing.when(issue),
            now=self.editing.now(),
            locks_at=self.editing.locks_at(issue),
            editable=self.editing.editable(issue),
            tone=tone(issue.state),
            **values,
        )


def wanted(fields: Mapping[str, str]) -> Wanted:
    """What the pool is narrowed to, as a query has it; nonsense is passed over."""
    show = fields.get("show", "")
    return Wanted(
        words=fields.get("q", "")[:200],
        region=fields.get("region", ""),
        topic=fields.get("topic", ""),
        source=fields.get("source", ""),
        hours=whole(fields.get("hours", "")),
        show=Show(show) if show in set(Show) else Show.FREE,
        page=whole(fields.get("page", "")) or 1,
    )


def query(asked: Wanted, **changes: object) -> str:
    """The same as a query, with changes; empty where nothing is narrowed."""
    told: dict[str, object] = {
        "q": asked.words,
        "region": asked.region,
        "topic": asked.topic,
        "source": asked.source,
        "hours": asked.hours,
        "show": "" if asked.show is Show.FREE else asked.show,
        "page": asked.page if asked.page > 1 else 0,
    }
    return urlencode({key: value for key, value in (told | changes).items() if value})


def back(issue: Issue, query_: str, anchor: str) -> Response:
    """To the issue's page again, at the place that was left."""
    path = f"/desk/issues/{issue.id}" + (f"?{query_}" if query_ else "")
    return RedirectResponse(path + (f"#{anchor}" if anchor else ""), 303, PRIVATE)


def whole(text: str) -> int:
    """A number as a query has it; 0 for any other text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def tone(state: IssueState) -> str:
    """The colour of a state's badge."""
    return {
        "sent": "good",
        "corrected": "good",
        "approved": "good",
        "review": "warn",
        "held": "warn",
        "skipped": "warn",
        "cancelled": "warn",
        "missed": "bad",
        "failed": "bad",
    }.get(state.value, "")
