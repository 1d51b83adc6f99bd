"""The archive: ``/archive/<edition>/…`` on the readers' site, and what changed there as a feed.

An issue's page is the mail itself for a reader without choices, under the policy of web copies:
nothing in it can act. The pages around it are ours.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import quote
from xml.etree import ElementTree as ET

from jinja2 import Environment
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from digest.errors import NotFoundError, WithdrawnError
from digest.languages import language
from digest.model import Edition
from digest.store.archive import PAGE, Archived
from digest.web.guard import COPY_POLICY
from digest.web.nothing import Nothing, frame

ARCHIVE = "/archive/"
ATOM = "http://www.w3.org/2005/Atom"
#: what is public may be found; it can be taken back, so it is not kept for long
HEADERS = {"X-Robots-Tag": "all", "Cache-Control": "public, max-age=300"}


@dataclass(frozen=True, slots=True)
class ArchivePages:
    """``/archive/<edition>/``, its issues and its feed."""

    #: edition, and before which local date → its issues. Raises NotFoundError
    listed: Callable[[str, date | None], Sequence[Archived]]
    #: edition and name of an issue → its page. Raises WithdrawnError
    page: Callable[[str, str], str | None]
    edition: Callable[[str], Edition]
    templates: Environment
    nothing: Nothing
    #: what our own addresses start with
    public_url: str

    def routes(self) -> list[BaseRoute]:
        """All of them."""
        return [
            Route(ARCHIVE + "{edition}", self.slash),
            Route(ARCHIVE + "{edition}/", self.index),
            Route(ARCHIVE + "{edition}/feed.xml", self.feed),
            Route(ARCHIVE + "{edition}/{name}", self.issue),
        ]

    def slash(self, request: Request) -> Response:
        """To the index, whose links are relative."""
        # From the root: else an edition called "https:elsewhere" would lead there.
        return RedirectResponse(f"{ARCHIVE}{quote(request.path_params['edition'], safe='')}/", 308)

    def index(self, request: Request) -> Response:
        """The issues of an edition, newest first."""
        slug, before = request.path_params["edition"], _before(request)
        try:
            found = self.listed(slug, before)
        except NotFoundError:
            return self.nothing.page(request, 404)
        edition = self.edition(slug)
        words = language(edition.language)
        html = self.templates.get_template("archive.html").render(
            edition=edition,
            issues=found,
            older=found[-1].local_date if len(found) == PAGE else None,
            date=words.full_date,
            **frame(words),
        )
        return HTMLResponse(html, headers=HEADERS)

    def issue(self, request: Request) -> Response:
        """One issue."""
        try:
            page = self.page(request.path_params["edition"], request.path_params["name"])
        except WithdrawnError:
            return self.nothing.page(request, 410)
        if page is None:
            return self.nothing.page(request, 404)
        return HTMLResponse(page, headers={**HEADERS, "Content-Security-Policy": COPY_POLICY})

    def feed(self, request: Request) -> Response:
        """The newest issues as Atom (RFC 4287)."""
        slug = request.path_params["edition"]
        try:
            found = self.listed(slug, None)[:30]
        except NotFoundError:
            raise HTTPException(404, "There is no such feed.") from None
        xml = atom(self.edition(slug), found, f"{self.public_url}{ARCHIVE}{slug}/")
        return Response(xml, media_type="application/atom+xml", headers=HEADERS)


def atom(edition: Edition, issues: Sequence[Archived], base: str) -> bytes:
    """The feed of an edition's archive; ``base`` is where its index stands."""
    feed = ET.Element("feed", {"xmlns": ATOM, "xml:lang": edition.language})
    newest = max((one.sent_at for one in issues), default=datetime(2000, 1, 1, tzinfo=UTC))
    for name, text in (("title", edition.name), ("id", base), ("updated", _instant(newest))):
        ET.SubElement(feed, name).text = _xml(text)
    ET.SubElement(ET.SubElement(feed, "author"), "name").text = _xml(edition.name)
    ET.SubElement(feed, "link", rel="self", href=f"{base}feed.xml")
    ET.SubElement(feed, "link", rel="alternate", type="text/html", href=base)
    for one in issues:
        entry = ET.SubElement(feed, "entry")
        address = f"{base}{one.name}"
        ET.SubElement(entry, "title").text = _xml(one.subject)
        ET.SubElement(entry, "id").text = address
        ET.SubElement(entry, "link", rel="alternate", type="text/html", href=address)
        for name in ("published", "updated"):
            ET.SubElement(entry, name).text = _instant(one.sent_at)
        ET.SubElement(entry, "summary").text = _xml(" · ".join(one.headlines))
    told: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return told


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _xml(text: str) -> str:
    """Without what XML 1.0 cannot hold (§2.2)."""
    return "".join(
        char
        for char in text
        if char in "\t\n\r"
        or " " <= char <= "\ud7ff"
        or "\ue000" <= char <= "\ufffd"
        or char > "\uffff"
    )


def _before(request: Request) -> date | None:
    try:
        return date.fromisoformat(request.query_params.get("before", ""))
    except ValueError:
        return None
