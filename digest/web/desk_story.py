"""One story of an issue: what readers see of it, what its source says, and why it stands there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from digest.curate.dress import rewritten
from digest.desk.laid_out import WRITTEN
from digest.desk.wording import compared
from digest.errors import NotFoundError
from digest.model import Overrides, ParsedStory, SlotMode, StoryId
from digest.people.roles import Permission
from digest.store.events import Decision
from digest.web.desk_room import Room
from digest.web.gate import DeskRoute

#: letters that a text does best with, at most
BEST = {"headline": 70, "standfirst": 180, "kicker": 24, "byline": 40, "alt": 125}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A text of a story that may be written over."""

    name: str
    label: str
    #: as its source has it, and as readers see it
    own: str
    now: str
    #: an editor wrote over it
    written: bool
    #: at most so many letters; 0: however many
    best: int


@dataclass(frozen=True, slots=True)
class StoryPages:
    """``/desk/issues/N/stories/S``."""

    room: Room

    def routes(self) -> list[DeskRoute]:
        """The page; its forms are acts."""
        return [self.room.page("/stories/{story:int}", self.show, Permission.VIEW)]

    def show(self, request: Request) -> Response:
        """All that there is to say of the story."""
        return self.page(request, StoryId(request.path_params["story"]))

    def page(
        self,
        request: Request,
        key: StoryId,
        status: int = 200,
        wrong: str = "",
        typed: Mapping[str, str] | None = None,
    ) -> Response:
        """The page, after an act that failed too: with what was ``typed``, and what is wrong."""
        on = self.room.editing.table(self.room.issue(request).id)
        try:
            sheet = self.room.editing.sheet(on, key)
        except NotFoundError as error:
            raise HTTPException(404, "There is no such story.") from error
        own = sheet.candidate.stored.story if sheet.candidate else sheet.stored.story
        over = on.draft.hand.overrides.get(key, Overrides())
        standing = next((slot for slot in on.draft.slots if slot.story == key), None)
        fields = [
            replace(one, now=typed[one.name]) if typed and one.name in typed else one
            for one in fields_of(own, over)
        ]
        return self.room.show(
            request,
            "desk_story.html",
            on.issue,
            status,
            wrong=wrong,
            on=on,
            sheet=sheet,
            own=own,
            now_told=rewritten(own, over),
            fields=fields,
            diffs={
                each.name: compared(each.own, each.now)
                for each in fields
                if each.written and each.own and each.name in BEST
            },
            slot=standing if standing and standing.mode is not SlotMode.REMOVED else None,
            removed=standing is not None and standing.mode is SlotMode.REMOVED,
            sent=self.room.editing.sent_in([key]).get(key, ()),
            together=[
                *((one, Decision.SPLIT, "Another event") for one in sheet.mates),
                *((one, Decision.JOIN, "The same event") for one in sheet.related),
            ],
            section_titles={one.slug: one.title for one in on.edition.sections},
        )


def fields_of(own: ParsedStory, over: Overrides) -> list[Field]:
    """The texts of a story, as its source has them and as readers see them."""
    image = own.image
    told = {
        "headline": own.headline,
        "standfirst": own.standfirst,
        "kicker": "",
        "byline": own.byline,
        "image_url": image.url if image else "",
        "alt": image.alt if image else "",
        "link": own.url,
    }
    return [
        Field(
            name=name,
            label=label[:1].upper() + label[1:],
            own=told[name],
            now=told[name] if (new := getattr(over, name)) is None else new,
            written=new is not None,
            best=BEST.get(name, 0),
        )
        for name, label in WRITTEN.items()
    ]
