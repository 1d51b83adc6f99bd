"""A text or a sponsor's block: the form in which it is written."""

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from digest.model import Block, BlockKind
from digest.people.roles import Permission
from digest.steps.desk import Table
from digest.web.desk_room import Room, whole
from digest.web.gate import DeskRoute


@dataclass(frozen=True, slots=True)
class BlockPages:
    """``/desk/issues/N/block``; what it says is an act."""

    room: Room

    def routes(self) -> list[DeskRoute]:
        """The form."""
        return [self.room.page("/block", self.show, Permission.EDIT)]

    def show(self, request: Request) -> Response:
        """A new block of a kind, or one that stands in the issue."""
        on = self.room.editing.table(self.room.issue(request).id)
        block = _block(on, request)
        return self.room.show(request, "desk_block.html", on.issue, on=on, block=block, wrong="")


def _block(on: Table, request: Request) -> Block:
    number = whole(request.query_params.get("number", ""))
    if not number:
        kind = request.query_params.get("kind", "")
        return Block(id=0, kind=BlockKind.SPONSOR if kind == "sponsor" else BlockKind.TEXT)
    for block in on.draft.hand.blocks:
        if block.id == number:
            return block
    raise HTTPException(404, "There is no such block.")
