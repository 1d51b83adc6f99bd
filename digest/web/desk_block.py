"""A text or a sponsor's block: the form in which it is written."""

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from digest.desk.forms import one, written
from digest.errors import InvalidError
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
        return self._page(request, on, _block(on, request))

    def again(self, request: Request, status: int, wrong: str) -> Response:
        """The form as it was sent, and what is wrong with it."""
        on = self.room.editing.table(self.room.issue(request).id)
        fields = request.state.fields
        number = whole(one(fields, "do").split(" ")[-1])
        try:
            block = written(number, fields)
        except InvalidError:  # a date that is none
            block = written(number, {**fields, "first": (), "last": ()})
        return self._page(request, on, block, status, wrong)

    def _page(
        self, request: Request, on: Table, block: Block, status: int = 200, wrong: str = ""
    ) -> Response:
        return self.room.show(
            request, "desk_block.html", on.issue, status, on=on, block=block, wrong=wrong
        )


def _block(on: Table, request: Request) -> Block:
    number = whole(request.query_params.get("number", ""))
    if not number:
        kind = request.query_params.get("kind", "")
        return Block(id=0, kind=BlockKind.SPONSOR if kind == "sponsor" else BlockKind.TEXT)
    for block in on.draft.hand.blocks:
        if block.id == number:
            return block
    raise HTTPException(404, "There is no such block.")
