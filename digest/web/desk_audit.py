"""Who did what at the desk: to read, and to take along. For admins."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from digest.people.audit import Entry
from digest.people.roles import Permission
from digest.staff.house import House
from digest.store import audit
from digest.store.engine import reading, writing
from digest.web.gate import PRIVATE, DeskRoute, Gate

#: entries on a page
SHOWN = 100


@dataclass(frozen=True, slots=True)
class AuditPages:
    """``/desk/audit``."""

    gate: Gate
    house: House

    def routes(self) -> list[DeskRoute]:
        """The page, and the whole of it as a file."""
        page, needs = self.gate.page, Permission.AUDIT
        return [
            page("/desk/audit", self.read, needs),
            page("/desk/audit/export", self.export, needs, methods=("POST",)),
        ]

    def read(self, request: Request) -> Response:
        """The last entries, newest first."""
        asked = request.query_params.get("before", "")
        if asked and not (asked.isascii() and asked.isdigit() and len(asked) < 16):
            raise HTTPException(404, "There is no such page of the record.")
        with reading(self.house.engine) as connection:
            found = audit.newest(connection, SHOWN, int(asked) if asked else None)
        earlier = found[-1].id if found and found[-1].id > 1 else None
        return self.gate.show(request, "desk_audit.html", entries=found, earlier=earlier)

    def export(self, request: Request) -> Response:
        """All of it, one JSON document a line, oldest first."""
        with writing(self.house.engine) as connection:
            self.house.record(connection, self.gate.actor(request), "export", "audit")
        headers = {**PRIVATE, "Content-Disposition": 'attachment; filename="audit.jsonl"'}
        return StreamingResponse(self._lines(), media_type="application/jsonl", headers=headers)

    def _lines(self) -> Iterator[str]:
        with reading(self.house.engine) as connection:
            for entry in audit.every(connection):
                yield line(entry)


def line(entry: Entry) -> str:
    """An entry as a line of JSON."""
    act = asdict(entry.act) | {"at": entry.act.at.isoformat(timespec="microseconds")}
    return json.dumps({"id": entry.id, **act, "seal": entry.seal}, ensure_ascii=False) + "\n"
