"""The page on which an issue is made: what stands in it, and the pool beside it."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from digest.curate.reasons import fitting
from digest.desk.forms import about, one
from digest.desk.laid_out import behind, laid_out, taken_out
from digest.desk.search import search
from digest.errors import ConflictError
from digest.model import IssueId, StoryId
from digest.people.roles import Permission
from digest.preview.inbox import cut
from digest.steps.desk import Table
from digest.web.desk_room import Room, query, wanted, whole
from digest.web.gate import PRIVATE, DeskRoute

#: letters of subject and preheader that inboxes show: a watch, a phone, a window
ROOMS = (35, 50, 90)
#: hours of age that the pool may be narrowed to
AGES = (3, 6, 12, 24, 48)


@dataclass(frozen=True, slots=True)
class IssuePages:
    """``/desk/issues/N`` and what is asked of it again and again."""

    room: Room

    def routes(self) -> list[DeskRoute]:
        """The page, and whether it is still true."""
        page, view = self.room.page, Permission.VIEW
        return [page("", self.show, view), page("/version", self.version, view)]

    def show(self, request: Request) -> Response:
        """All of it."""
        return self.page(request, IssueId(request.path_params["issue"]))

    def page(
        self, request: Request, number: IssueId, status: int = 200, **values: object
    ) -> Response:
        """The page, after an act that failed too: ``wrong`` says why."""
        letter = self.room.editing.letter(issue := self.room.issue(request))
        if letter is not None:
            return self.room.show(request, "desk_erratum.html", issue, status, letter=letter)
        on = self.room.editing.table(number)
        asked = wanted(request.query_params)
        found = search(on.draft, asked)
        shown = [each.lead.stored.id for each in found.told]
        away = whole(request.query_params.get("replace", ""))
        headlines = on.draft.headlines
        return self.room.show(
            request,
            "desk_issue.html",
            on.issue,
            status,
            **{
                "on": on,
                "parts": laid_out(on.draft, on.edition),
                "first_blocks": behind(on.draft.hand, ""),
                "usual": {section.slug: section for section in on.usual.sections},
                "out": [(key, headlines.get(key, f"story {key}")) for key in taken_out(on.draft)],
                "found": found,
                "asked": asked,
                "query": lambda **changes: query(asked, **changes),
                "sent": self.room.editing.sent_in(shown),
                "reasons": self.room.editing.reasons(on, (each.lead for each in found.told)),
                "newer": self.room.editing.newer(on.issue),
                "headlines": headlines,
                "inbox": [(width, cut(*_line(on, width))) for width in ROOMS],
                "ages": AGES,
                "reach": self.room.editing.reach(on) if request.query_params.get("reach") else None,
                "replacing": (away, headlines[StoryId(away)]) if away in headlines else None,
                "fits": partial(fitting, on.edition.sections),
                "said": self._said(request, on),
                "wrong": "",
                "typed": {},
                **values,
            },
        )

    def conflict(self, request: Request, error: ConflictError, status: int) -> Response:
        """Nothing was done, and nothing that was typed is lost: both stand on the page."""
        issue = self.room.issue(request)
        on = self.room.editing.table(issue.id)
        fields = request.state.fields
        story = about(fields)
        typed = {
            key: one(fields, key)
            for key in fields
            if key in _TEXTS and one(fields, key) != one(fields, f"{key}-seen")
        }
        return self.room.show(
            request,
            "desk_conflict.html",
            on.issue,
            status,
            on=on,
            error=error,
            fields=[
                (key, value)
                for key in fields
                if key not in {"revision", *typed}
                for value in fields[key]
            ],
            typed=typed,
            stands=_stands(on, story),
            headline=on.draft.headlines.get(story, "") if story else "",
        )

    def version(self, request: Request) -> Response:
        """What changed since a revision, for a page that is open."""
        issue = self.room.issue(request)
        asked = request.query_params
        filled = moment(asked.get("filled", ""))
        told = self.room.editing.news(issue.id, whole(asked.get("seen", "")), filled)
        answer = {
            "revision": told.revision,
            "state": told.state,
            "told": list(told.told),
            "came": told.came,
        }
        return JSONResponse(answer, headers=PRIVATE)

    def _said(self, request: Request, on: Table) -> str:
        """What the last act of this browser came to."""
        done = whole(request.query_params.get("done", ""))
        story = whole(request.query_params.get("at", ""))
        if not 0 < done <= on.issue.revision:
            return ""
        return self.room.editing.outcome(on.issue.id, done, StoryId(story) if story else None)


def moment(text: str) -> datetime | None:
    """A time as a query has it, with its offset; None for any other text."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


#: fields of text that somebody may have typed
_TEXTS = frozenset(
    {"headline", "standfirst", "kicker", "byline", "image_url", "alt", "link", "subject"}
    | {"preheader", "note", "title", "text", "url", "image", "label"}
)


def _line(on: Table, width: int) -> tuple[str, int]:
    """Subject and preheader on one line, as an inbox shows them."""
    told = on.content
    return " · ".join(filter(None, (told.subject, told.preheader))), width


def _stands(on: Table, story: StoryId | None) -> dict[str, str]:
    """How the texts stand now that somebody typed anew: of a story, or of the issue."""
    hand, told = on.draft.hand, on.content
    texts = {"subject": told.subject, "preheader": told.preheader, "note": on.edition.note}
    if story is None:
        return texts
    own = next((each.stored.story for each in on.draft.pool if each.stored.id == story), None)
    over = hand.overrides.get(story)
    if own is not None:
        texts |= {
            "headline": own.headline,
            "standfirst": own.standfirst,
            "byline": own.byline,
            "link": own.url,
            "kicker": "",
            "image_url": own.image.url if own.image else "",
            "alt": own.image.alt if own.image else "",
        }
    if over is not None:
        texts |= {key: value for key in texts if (value := getattr(over, key, None)) is not None}
    return texts
