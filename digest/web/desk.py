"""The desk: every page about issues, put together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from jinja2 import Environment

from digest.preview.page import page
from digest.preview.preview import Preview
from digest.web.desk_act import ActPages
from digest.web.desk_block import BlockPages
from digest.web.desk_history import HistoryPages
from digest.web.desk_home import Home, HomePages
from digest.web.desk_issue import IssuePages
from digest.web.desk_mail import MailPages, Mails
from digest.web.desk_passage import Passage, PassagePages
from digest.web.desk_room import Editing, Note, Noting, Room
from digest.web.desk_story import StoryPages
from digest.web.gate import DeskRoute, Gate


class Answers(Editing, Mails, Protocol):
    """What the pages about one issue ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPages:
    """The pages of the desk."""

    home: Home
    editing: Answers
    passage: Passage
    templates: Environment
    #: region, topic and segment → what a preview may be narrowed to: value → name
    choices: Mapping[str, Mapping[str, str]]
    #: the path of some subscriber's preference page, on a trial
    preference_page: Callable[[], str | None]

    def routes(self, gate: Gate, note: Note, noting: Noting) -> list[DeskRoute]:
        """``/`` and ``/desk/issues/…``; ``note`` writes into the record what weighs.

        ``noting`` does so in the transaction of an act.
        """
        room = Room(gate=gate, editing=self.editing, choices=self.choices, note=note, noting=noting)
        issue, stories, blocks = IssuePages(room), StoryPages(room), BlockPages(room)
        return [
            *HomePages(room, self.home, self.preference_page).routes(),
            *issue.routes(),
            *ActPages(room, issue, stories, blocks).routes(),
            *stories.routes(),
            *blocks.routes(),
            *HistoryPages(room).routes(),
            *MailPages(room, self.editing, self.templates).routes(),
            *PassagePages(room, self.passage).routes(),
        ]

    def preview_page(self, preview: Preview) -> str:
        """A preview as a page that stands alone, so that it may be a file too."""
        return page(self.templates, preview)
