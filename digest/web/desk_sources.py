"""The sources: how each of them does, and what can be done about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from digest.errors import NotFoundError, WrongStateError
from digest.model import KeptBody
from digest.people.roles import Permission
from digest.staff.house import Actor
from digest.steps.gather import GatherReport
from digest.steps.minding import SourceCard, SourceSheet
from digest.store.sources import Health
from digest.web.gate import PRIVATE, DeskRoute, Gate, one

#: others' documents: to be read as text, and nothing in them acts
DOCUMENT_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
TONES = {
    Health.GOOD: "good",
    Health.SILENT: "warn",
    Health.FAILING: "warn",
    Health.DEGRADED: "bad",
    Health.GONE: "bad",
}
DONE = {
    "pause": "It is left alone until somebody has it read again.",
    "resume": "It is read again, when its time comes.",
}


class Minding(Protocol):
    """Who minds the sources; source_care.py answers. Each act is written into the record."""

    @property
    def titles(self) -> Mapping[str, str]: ...
    def now(self) -> datetime: ...
    def cards(self) -> Sequence[SourceCard]: ...
    def sheet(self, name: str) -> SourceSheet: ...
    def document(self, name: str, number: int) -> KeptBody: ...
    def retry(self, name: str, by: Actor) -> GatherReport: ...
    def pause(self, name: str, by: Actor) -> None: ...
    def resume(self, name: str, by: Actor) -> None: ...


@dataclass(frozen=True, slots=True)
class SourcePages:
    """``/desk/sources``."""

    gate: Gate
    minding: Minding

    def routes(self) -> list[DeskRoute]:
        """All of them, one of them, what it answered, and what its forms do."""
        page, needs = self.gate.page, Permission.SOURCES
        return [
            page("/desk/sources", self.every, needs),
            page("/desk/sources/{source}", self.one, needs),
            page("/desk/sources/{source}", self.act, needs, methods=("POST",)),
            page("/desk/sources/{source}/documents/{number:int}", self.document, needs),
        ]

    def every(self, request: Request) -> Response:
        """A card for each, those that ail first."""
        return self._show(request, "desk_sources.html", cards=self.minding.cards())

    def one(self, request: Request) -> Response:
        """One source in full."""
        return self._one(request, done=DONE.get(request.query_params.get("done", ""), ""))

    def act(self, request: Request) -> Response:
        """Read it now, pause it, resume it."""
        name, what = self._name(request), one(request.state.fields, "do")
        by = self.gate.actor(request)
        try:
            match what:
                case "retry":
                    return self._one(request, done=_brought(self.minding.retry(name, by)))
                case "pause":
                    self.minding.pause(name, by)
                case "resume":
                    self.minding.resume(name, by)
                case _:
                    raise HTTPException(400, "There is nothing of that name to do.")
        except WrongStateError as error:
            return self._one(request, wrong=f"Not read: {error}.", status=409)
        return RedirectResponse(f"{request.url.path}?done={what}", 303, PRIVATE)

    def document(self, request: Request) -> Response:
        """What it answered, as received, as text."""
        try:
            body = self.minding.document(self._name(request), request.path_params["number"])
        except NotFoundError as error:
            raise HTTPException(404, "That document is not kept (any more).") from error
        headers = {**PRIVATE, "Content-Security-Policy": DOCUMENT_POLICY}
        return Response(body.content, media_type="text/plain; charset=utf-8", headers=headers)

    def _name(self, request: Request) -> str:
        name: str = request.path_params["source"]
        if name not in self.minding.titles:
            raise HTTPException(404, "There is no such source.")
        return name

    def _one(
        self, request: Request, *, done: str = "", wrong: str = "", status: int = 200
    ) -> Response:
        sheet = self.minding.sheet(self._name(request))
        return self._show(request, "desk_source.html", status, sheet=sheet, done=done, wrong=wrong)

    def _show(
        self, request: Request, template: str, status: int = 200, **values: object
    ) -> Response:
        return self.gate.show(
            request,
            template,
            status,
            titles=self.minding.titles,
            tones=TONES,
            now=self.minding.now(),
            ago=ago,
            **values,
        )


def ago(span: float) -> str:
    """Seconds as people say how long ago something was: ``12 min``, ``5 h``, ``3 days``."""
    minutes = max(0, round(span / 60))
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 72 * 60 else f"{minutes // 1440} days"


def _brought(report: GatherReport) -> str:
    told = f"Read now: {report.status.value.replace('_', ' ')}, {report.stories} stories"
    told += f", {report.new} of them new" if report.stories else ""
    rejected = sum(report.rejects.values())
    return f"{told}, {rejected} not usable." if rejected else f"{told}."
