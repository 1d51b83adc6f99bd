"""The pages: readers' own and the newsroom's, and where each of them answers."""

from collections.abc import Callable, Mapping
from functools import cached_property
from importlib.resources import as_file
from urllib.parse import urlsplit

import jinja2
from starlette.routing import BaseRoute

from digest import bundled, sample
from digest.config import Settings
from digest.model import IssueId, Report
from digest.newsroom import Newsroom
from digest.web import copies, files
from digest.web.archive import ARCHIVE, ArchivePages
from digest.web.desk import DeskPages
from digest.web.nothing import Nothing
from digest.web.report import ReportPages
from digest.web.server import Address
from digest.web.site import site

#: names that mean this machine
HERE = frozenset({"127.0.0.1", "localhost", "::1"})


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
        report: Callable[[IssueId], Report],
    ) -> None:
        self._settings = settings
        self._newsroom = newsroom
        self._choices = choices
        self._readers = readers
        self._preference_page = preference_page
        self._report = report

    @property
    def _public(self) -> bool:
        """Whether readers reach us by another name than this machine's."""
        return urlsplit(self._settings.web.public_url).hostname not in HERE

    def where(self) -> str:
        """Where the pages answer, for a person."""
        web = self._settings.web
        desk = web.desk_port if self._public else web.port
        told = f"The desk: http://127.0.0.1:{desk}/"
        return f"{told}\nReaders’ pages: {web.public_url}" if self._public else told

    def sites(self) -> list[Address]:
        """What to serve. A proxy forwards readers' pages only: the desk has its own port then."""
        web = self._settings.web
        readers, desk = self._reader_pages(), self._desk_pages()
        if not self._public:
            return [Address(site([*readers, *desk]), web.host, web.port)]
        return [
            Address(site(readers), web.host, web.port),
            Address(site(desk), "127.0.0.1", web.desk_port),
        ]

    @cached_property
    def desk(self) -> DeskPages:
        """The newsroom's own pages."""
        trial = (lambda: None) if self._public else self._preference_page
        return DeskPages(self._newsroom, self._templates, self._choices, trial)

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
        nothing = Nothing(self._templates)
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
            *self._readers(self._templates),
            *copies.routes(self._newsroom.copy, nothing),
            *archive.routes(),
        ]

    def _desk_pages(self) -> list[BaseRoute]:
        shown: list[BaseRoute] = [*files.own(bundled.templates("web")), *self.desk.routes()]
        shown += ReportPages(self._report, self._templates).routes()
        shown += files.outbox(self._settings.sending.outbox)
        with as_file(sample.pictures()) as pictures:
            shown += files.sample(pictures, sample.front_page, sample.page, sample.PAGE_POLICY)
        return shown
