"""Who changed what in an issue, and the way back."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from digest.people.roles import Permission
from digest.web.desk_room import Room
from digest.web.gate import DeskRoute


@dataclass(frozen=True, slots=True)
class HistoryPages:
    """``/desk/issues/N/history``; to bring a state back is an act like any other."""

    room: Room

    def routes(self) -> list[DeskRoute]:
        """The page."""
        return [self.room.page("/history", self.show, Permission.VIEW)]

    def show(self, request: Request) -> Response:
        """Every act, newest first."""
        issue = self.room.issue(request)
        acts = self.room.editing.history(issue.id)
        return self.room.show(request, "desk_history.html", issue, acts=acts)
