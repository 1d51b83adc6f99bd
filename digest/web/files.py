"""The outbox, the sample newsroom's pages and our own style sheet, as files."""

from collections.abc import Callable
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from digest.web.guard import MAIL_POLICY


def outbox(folder: Path) -> list[BaseRoute]:
    """``/outbox/…``: what was sent into the folder, each mail under the mail policy."""

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

    def top(request: Request) -> Response:
        del request
        return RedirectResponse("/outbox/", status_code=308)

    return [Route("/outbox", top), Route("/outbox/{path:path}", file)]


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

    return [
        Route("/sample", home),
        Mount("/sample/pictures", StaticFiles(directory=pictures)),
        Route("/sample/{slug}", story),
        Route("/sample/{slug}/", story),
    ]


def own(folder: Path) -> list[BaseRoute]:
    """Our style sheets."""

    def style(request: Request) -> Response:
        return FileResponse(folder / request.url.path.lstrip("/"), media_type="text/css")

    return [Route("/style.css", style), Route("/desk.css", style)]
