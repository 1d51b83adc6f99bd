"""The page where there is nothing, nothing any more, or not now: no link on it."""

from dataclasses import dataclass

from jinja2 import Environment
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from digest.languages import Language, best
from digest.render.words import direction

#: seconds after which it may be worth another try
AGAIN = "30"
HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}


@dataclass(frozen=True, slots=True)
class Nothing:
    """Says that a page is not there (404), was taken back (410), or cannot be had now (503)."""

    templates: Environment

    def page(self, request: Request, status: int) -> Response:
        """The page, in the reader’s language."""
        words = spoken_to(request)
        html = self.templates.get_template("nothing.html").render(status=status, **frame(words))
        later = {"Retry-After": AGAIN} if status == 503 else {}
        return HTMLResponse(html, status, HEADERS | later)


def spoken_to(request: Request) -> Language:
    """The language of ours that a browser asks for first."""
    told = request.headers.get("accept-language", "")[:200]
    return best([one.partition(";")[0].strip() for one in told.split(",")])


def frame(words: Language) -> dict[str, object]:
    """What the frame of readers' pages asks for (templates/web/reader.html)."""

    def said(text: str, **values: object) -> Markup:
        return escape(words.gettext(text)) % values

    return {
        "language": words.tag,
        "dir": direction(words.tag),
        "_": said,
        "spoken": {},
        "switch": False,
    }
