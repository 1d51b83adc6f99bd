"""The pages: readers' own and the newsroom's, and where each of them answers."""

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from importlib.resources import as_file

import jinja2
from starlette.requests import Request
from starlette.routing import BaseRoute

from digest import bundled, sample
from digest.accounts import Accounts
from digest.config import Settings
from digest.diary import Diary
from digest.model import IssueId, Report
from digest.newsroom import Newsroom
from digest.reader_care import ReaderCare
from digest.source_care import SourceCare
from digest.steps.along import Along
from digest.web import copies, files
from digest.web.archive import ARCHIVE, ArchivePages
from digest.web.desk import DeskPages
from digest.web.desk_calendar import CalendarPages
from digest.web.desk_readers import ReaderPages
from digest.web.desk_sources import SourcePages
from digest.web.gate import DeskRoute, Gate
from digest.web.leaving import TimedLeaving
from digest.web.nothing import Nothing
from digest.web.report import ReportPages
from digest.web.review import ReviewPages
from digest.web.server import Address
from digest.web.site import site


class Pages:
    """Every page there is. ``readers`` makes those that belong to people, from templates.

    ``preference_page`` is one subscriber's, to look at on a trial.
    """

    def __init__(
        self,
        settings: Settings,
        newsroom: Newsroom,
        choices: Mapping[str, Mapping[str, str]],
        readers: Callable[[jinja2.Environment], list[BaseRoute]],
        preference_page: Callable[[], str | None],
        accounts: Accounts,
        care: ReaderCare,
        report: Callable[[IssueId], Report],
    ) -> None:
        self._settings = settings
        self._newsroom = newsroom
        self._choices = choices
        self._readers = readers
        self._preference_page = preference_page
        self._accounts = accounts
        self._care = care
        self._report = report

    def where(self) -> str:
        """Where the pages answer, for a person."""
        accounts = self._accounts
        told = f"The desk: {accounts.url}/"
        return (
            f"{told}\nReaders’ pages: {self._settings.web.public_url}" if accounts.apart else told
        )

    def sites(self) -> list[Address]:
        """What to serve. The desk has an address of its own where readers' pages go out."""
        web, desk = self._settings.web, self._settings.desk
        gate = self._accounts.gate(self._templates)
        readers, own = self._reader_pages(), self._desk_pages(gate)
        left = self._newsroom.parts.meter.left
        if not self._accounts.apart:
            public = site([*readers, *own], gate)
            public.add_middleware(TimedLeaving, told=left)
            return [Address(public, web.host, web.port)]
        public = site(readers, secure=web.public_url.startswith("https:"))
        public.add_middleware(TimedLeaving, told=left)
        return [
            Address(public, web.host, web.port),
            Address(site(own, gate, secure=gate.secure), desk.host, desk.port),
        ]

    @cached_property
    def desk(self) -> DeskPages:
        """The newsroom's own pages."""
        trial = (lambda: None) if self._accounts.apart else self._preference_page
        room = self._newsroom
        return DeskPages(
            home=room,
            editing=room.desk,
            passage=room.passage,
            templates=self._templates,
            choices=self._choices,
            preference_page=trial,
        )

    def _desk_routes(self, gate: Gate) -> list[DeskRoute]:
        def note(request: Request, what: str, about: str) -> None:
            self._accounts.note(gate.actor(request), what, about)

        def noting(request: Request, what: str, about: str) -> Along:
            return self._accounts.noting(gate.actor(request), what, about)

        return self.desk.routes(gate, note, noting)

    @cached_property
    def _reviews(self) -> ReviewPages:
        """What review mails lead to."""
        desk = self.where().partition("\n")[0].removeprefix("The desk: ")
        return ReviewPages(self._newsroom.reviews, self._templates, lambda: desk)

    @cached_property
    def _templates(self) -> jinja2.Environment:
        own = self._settings.templates
        folders = [*([own.parent / "web"] if own else []), bundled.templates("web")]
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(folders),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
        )
        environment.globals["brand"] = self._settings.newsroom.name
        environment.globals["postal_address"] = self._settings.newsroom.postal_address
        environment.globals["archives"] = {
            slug: f"{ARCHIVE}{slug}/"
            for slug, edition in self._newsroom.parts.editions.items()
            if edition.archive
        }
        environment.globals["outbox"] = self._settings.sending.transport == "outbox"
        return environment

    def _reader_pages(self) -> list[BaseRoute]:
        styles = files.own(bundled.templates("web"))
        own, nothing = self._readers(self._templates), Nothing(self._templates)
        archive = ArchivePages(
            listed=self._newsroom.archive,
            page=self._newsroom.archived,
            edition=self._newsroom.parts.edition,
            templates=self._templates,
            nothing=nothing,
            public_url=self._settings.web.public_url,
        )
        return [
            *styles,
            *own,
            *copies.routes(self._newsroom.copy, nothing),
            *archive.routes(),
            *self._reviews.routes(),
        ]

    def _desk_pages(self, gate: Gate) -> list[BaseRoute]:
        shown: list[BaseRoute] = [*files.own(bundled.templates("web")), *self._desk_routes(gate)]
        shown += self._accounts.routes(
            gate, partial(self._newsroom.invite, self._settings.newsroom.name)
        )
        shown += ReportPages(gate, self._report, self._newsroom.issue).routes()
        shown += ReaderPages(gate, self._care).routes()
        house, newsroom = self._accounts.house, self._newsroom
        shown += SourcePages(gate, SourceCare(house, newsroom)).routes()
        shown += CalendarPages(gate, Diary(house, newsroom)).routes()
        shown += files.outbox(self._settings.sending.outbox, gate)
        with as_file(sample.pictures()) as pictures:
            shown += files.sample(pictures, sample.front_page, sample.page, sample.PAGE_POLICY)
        return shown
