"""The desk's first page: what goes out next, what waits for whom, and what went out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from digest.desk.forms import one
from digest.model import DeliveryState, Erratum, Issue, IssueState
from digest.people.roles import Permission
from digest.steps.overview import Next
from digest.store.sources import SourceState
from digest.web.desk_room import Room, tone
from digest.web.gate import PRIVATE, DeskRoute

#: issues that are shown of those that went
RECENT = 12
#: failures in a row after which a source counts as ill
ILL = 3


class Home(Protocol):
    """What the page needs to know; app.py answers."""

    def overview(self) -> Sequence[Next]: ...
    def issues(self, limit: int) -> Sequence[Issue]: ...
    def letters(self) -> Sequence[tuple[Issue, Erratum]]: ...
    def open_next(self, slug: str) -> Issue: ...
    def progress(self, issue: Issue) -> Mapping[DeliveryState, int]: ...
    def source_states(self) -> Sequence[SourceState]: ...
    def when(self, issue: Issue) -> str: ...


@dataclass(frozen=True, slots=True)
class HomePages:
    """``/``."""

    room: Room
    home: Home
    #: the path of some subscriber's preference page, on a trial
    preference_page: Callable[[], str | None]

    def routes(self) -> list[DeskRoute]:
        """The page, and its one button."""
        gate = self.room.gate
        return [
            gate.page("/", self.show, Permission.VIEW),
            gate.page("/desk/open", self.open, Permission.EDIT, methods=("POST",)),
        ]

    def show(self, request: Request) -> Response:
        """The editions that one may see, those with a problem first."""
        person = request.state.person

        def may(slug: str) -> bool:
            allowed: bool = person.may(Permission.VIEW, slug)
            return allowed

        upcoming = [one for one in self.home.overview() if may(one.issue.edition)]
        recent = [one for one in self.home.issues(RECENT * 2) if may(one.edition)]
        gone = [one for one in recent if one.state not in _AHEAD][:RECENT]
        sources = self.home.source_states()
        return self.room.gate.show(
            request,
            "desk_home.html",
            upcoming=sorted(upcoming, key=lambda one: (not one.problem, one.issue.scheduled_at)),
            issues=[(one, self.home.progress(one)) for one in gone],
            letters=[one for one in self.home.letters() if may(one[0].edition)],
            names={one.edition.slug: one.edition.name for one in upcoming},
            ill=[one for one in sources if one.failures >= ILL],
            sources=len(sources),
            preferences=self.preference_page(),
            now=self.room.editing.now(),
            when=self.home.when,
            tone=tone,
        )

    def open(self, request: Request) -> Response:
        """Open the next issue of an edition, and fill it."""
        slug = one(request.state.fields, "edition")
        if not slug or slug not in {one_.edition.slug for one_ in self.home.overview()}:
            raise HTTPException(404, "There is no such edition.")
        if not request.state.person.may(Permission.EDIT, slug):
            raise HTTPException(403, "Your roles do not allow it. An admin can change them.")
        issue = self.home.open_next(slug)
        return RedirectResponse(f"/desk/issues/{issue.id}", 303, PRIVATE)


_AHEAD = frozenset({IssueState.PLANNED, IssueState.DRAFTING, IssueState.APPROVED})
