"""The outbox, the sample newsroom's pages and our own style sheet, as files."""

from collections.abc import Callable
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from digest.people.roles import Permission
from digest.web.gate import DeskRoute, Gate
from digest.web.guard import MAIL_POLICY


def outbox(folder: Path, gate: Gate) -> list[DeskRoute]:
    """``/outbox/…``: what was sent into the folder, each mail under the mail policy.

    Whom it went to stands there, so it is for those who may see readers' data.
    """

    def file(request: Request) -> Response:
        wanted = (folder / request.path_params["path"]).resolve()
        if wanted.is_dir():
            wanted /= "index.html"
        if not wanted.is_relative_to(folder.resolve()) or not wanted.is_file():
            raise HTTPException(404, "There is no such mail.")
        media = "text/plain; charset=utf-8" if wanted.suffix == ".eml" else None
        return FileResponse(
            wanted, media_type=media, headers={"Content-Security-Policy": MAIL_POLICY}
        )

    return [
        gate.page("/outbox", _slash, Permission.READERS),
        gate.page("/outbox/{path:path}", file, Permission.READERS),
    ]


def sample(
    pictures: Path, front: Callable[[], str], page: Callable[[str], str | None], policy: str
) -> list[BaseRoute]:
    """``/sample/…``: where the links and pictures of the sample newsroom's stories lead."""

    def home(request: Request) -> Response:
        del request
        return HTMLResponse(front(), headers={"Content-Security-Policy": policy})

    def story(request: Request) -> Response:
        text = page(request.path_params["slug"])
        if text is None:
            raise HTTPException(404, "There is no such story.")
        return HTMLResponse(text, headers={"Content-Security-Policy": policy})

    # Pages link relatively, so each has one address, with a slash at its end.
    return [
        Route("/sample", _slash),
        Route("/sample/", home),
        Mount("/sample/pictures", StaticFiles(directory=pictures)),
        Route("/sample/{slug}", _slash),
        Route("/sample/{slug}/", story),
    ]


def _slash(request: Request) -> Response:
    return RedirectResponse(f"{request.url.path}/", status_code=308)


def own(folder: Path) -> list[BaseRoute]:
    """Our style sheets, and the readers' script."""

    def file(request: Request) -> Response:
        name = request.url.path.lstrip("/")
        # Asked again each time, answered by ETag: a new version shows at once.
        headers = {"Cache-Control": "no-cache"}
        return FileResponse(folder / name, media_type=_KINDS[name], headers=headers)

    return [Route(f"/{name}", file) for name in _KINDS]


_KINDS = {
    "style.css": "text/css",
    "desk.css": "text/css",
    "desk_lists.css": "text/css",
    "reader.js": "text/javascript",
    "desk.js": "text/javascript",
}
