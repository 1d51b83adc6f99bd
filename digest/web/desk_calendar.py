"""The calendar: what goes out on which of the next days, and days that are left out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Protocol
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from digest.errors import InvalidError, NotFoundError, WrongStateError
from digest.model import Edition
from digest.people.roles import Permission
from digest.staff.house import Actor
from digest.steps.calendar import Day
from digest.store.edition_pauses import EditionPause
from digest.web.desk_room import tone
from digest.web.gate import PRIVATE, DeskRoute, Gate, one


class Days(Protocol):
    """Who knows the days to come; diary.py answers. Each act is written into the record."""

    def now(self) -> datetime: ...
    def editions(self) -> Sequence[Edition]: ...
    def days(self, editions: Sequence[Edition]) -> Sequence[Day]: ...
    def leave_out(self, edition: Edition, day: date, by: Actor) -> None: ...
    def put_back(self, edition: Edition, day: date, by: Actor) -> None: ...
    def paused(self, edition: Edition) -> EditionPause | None: ...
    def pause(self, edition: Edition, until: date | None, by: Actor) -> None: ...
    def resume(self, edition: Edition, by: Actor) -> None: ...


@dataclass(frozen=True, slots=True)
class CalendarPages:
    """``/desk/calendar``."""

    gate: Gate
    diary: Days

    def routes(self) -> list[DeskRoute]:
        """The page, and its forms."""
        page = self.gate.page
        return [
            page("/desk/calendar", self.show, Permission.VIEW),
            page("/desk/calendar", self.act, Permission.APPROVE, methods=("POST",)),
        ]

    def show(self, request: Request) -> Response:
        """The days, with the editions that one may see."""
        return self._show(request)

    def act(self, request: Request) -> Response:
        """Leave a day out or put it back; pause an edition or resume it."""
        fields, by = request.state.fields, self.gate.actor(request)
        try:
            given = one(fields, "day")
            day = date.fromisoformat(given) if given else None
            edition = {each.slug: each for each in self.diary.editions()}[one(fields, "edition")]
            act = self._act(one(fields, "do"), edition, day, by)
        except (ValueError, KeyError) as error:
            raise HTTPException(400, "This form is not complete.") from error
        if not request.state.person.may(Permission.APPROVE, edition.slug):
            raise HTTPException(403, "Your roles do not allow it. An admin can change them.")
        try:
            act()
        except (NotFoundError, InvalidError, WrongStateError) as error:
            told = str(error)
            return self._show(request, wrong=f"{told[:1].upper()}{told[1:]}.", status=409)
        return RedirectResponse(f"/desk/calendar#{f'day-{day}' if day else ''}", 303, PRIVATE)

    def _act(self, do: str, edition: Edition, day: date | None, by: Actor) -> Callable[[], None]:
        """What a form asks for. Raises KeyError."""
        acts: dict[str, Callable[[], None]] = {
            "pause": partial(self.diary.pause, edition, day, by),
            "resume": partial(self.diary.resume, edition, by),
        }
        if day is not None:
            acts["out"] = partial(self.diary.leave_out, edition, day, by)
            acts["back"] = partial(self.diary.put_back, edition, day, by)
        return acts[do]

    def _show(self, request: Request, *, wrong: str = "", status: int = 200) -> Response:
        person = request.state.person
        seen = [each for each in self.diary.editions() if person.may(Permission.VIEW, each.slug)]
        return self.gate.show(
            request,
            "desk_calendar.html",
            status,
            days=self.diary.days(seen),
            editions=[(each, self.diary.paused(each)) for each in seen],
            now=self.diary.now(),
            spoken=spoken,
            tone=tone,
            wrong=wrong,
        )


def spoken(at: datetime, edition: Edition) -> str:
    """An instant by the clocks of an edition: ``Fri 18:00``."""
    return f"{at.astimezone(ZoneInfo(edition.zone)):%a %H:%M}"
