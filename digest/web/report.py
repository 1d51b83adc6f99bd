"""The report of an issue at the desk, fit to be printed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from digest.errors import NotFoundError
from digest.model import LEAST, Clicked, Issue, IssueId, Report
from digest.people.roles import Permission
from digest.web.gate import DeskRoute, Gate
from digest.web.plot import bars

#: hours after the first click that are drawn
HOURS = 48


@dataclass(frozen=True, slots=True)
class ReportPages:
    """``/desk/issues/<issue>/report``."""

    gate: Gate
    report: Callable[[IssueId], Report]
    #: raises NotFoundError
    issue: Callable[[IssueId], Issue]

    def routes(self) -> list[DeskRoute]:
        """The one page."""
        path = "/desk/issues/{issue:int}/report"
        return [self.gate.page(path, self.show, Permission.VIEW, edition=self._edition)]

    def _edition(self, request: Request) -> str:
        try:
            return self.issue(IssueId(request.path_params["issue"])).edition
        except NotFoundError as error:
            raise HTTPException(404, "There is no such issue.") from error

    def show(self, request: Request) -> Response:
        """What became of an issue."""
        try:
            told = self.report(IssueId(request.path_params["issue"]))
        except NotFoundError as error:
            raise HTTPException(404, "There is no such issue.") from error
        return self.gate.show(
            request,
            "desk_report.html",
            report=told,
            least=LEAST,
            plot=hours(told.clicked) if told.clicked else "",
            percent=lambda part, whole: f"{100 * part / whole:.1f} %" if whole else "",
        )


def hours(clicked: Clicked) -> Markup:
    """People's clicks in the hours after the first one, the empty hours too."""
    first = min(clicked.hours, default=None)
    if first is None:
        return Markup("")
    last = min(max(clicked.hours), first + timedelta(hours=HOURS - 1))
    count = int((last - first) / timedelta(hours=1)) + 1
    times: list[datetime] = [first + timedelta(hours=number) for number in range(count)]
    values = [(f"{at:%d %b %H:%M} UTC", float(clicked.hours.get(at, 0))) for at in times]
    return bars(values, f"Clicks by the hour, from {times[0]:%d %B %H:%M} UTC")
