"""What is served: readers' pages, the API, and the pages of forms and links.

Each is loaded only where pages are served.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jinja2
    from sqlalchemy.engine import Engine
    from starlette.routing import Mount, Route

    from subscribers import ports
    from subscribers.limits import Limits
    from subscribers.model import Catalogue
    from subscribers.ports import NextIssue
    from subscribers.service import Subscribers
    from subscribers.site import Site
    from subscribers.tokens import Keys
    from subscribers.voice import Voices
    from subscribers.web_joined import Joinable


def routes(
    subscribers: "Subscribers",
    templates: "jinja2.Environment",
    now: Callable[[], datetime],
    voices: "Voices | None" = None,
    next_issue: "NextIssue | None" = None,
) -> "list[Route]":
    """The readers' pages: see ``subscribers.web.routes``, loaded only where pages are served."""
    from subscribers import web

    return web.routes(subscribers, templates, now, voices, next_issue)


def api_routes(
    subscribers: "Subscribers",
    engine: "Engine",
    keys: "Keys",
    now: Callable[[], datetime],
    *,
    per_second: float,
) -> "list[Mount]":
    """``/api/v1``; each of its keys may call so often. Loaded only where pages are served."""
    from subscribers.api import web
    from subscribers.api.operations import Operations

    return [web.mount(Operations(engine, keys, subscribers, now), per_second)]


def api_document(
    subscribers: "Subscribers", engine: "Engine", keys: "Keys", now: Callable[[], datetime]
) -> dict[str, object]:
    """The API as an OpenAPI 3.1 document."""
    from subscribers.api.document import document
    from subscribers.api.operations import Operations

    return document(Operations(engine, keys, subscribers, now).every())


def joinable(
    *,
    engine: "Engine",
    keys: "Keys",
    limits: "Limits",
    catalogue: "Catalogue",
    site: "Site",
    rights: "ports.Rights | None" = None,
) -> "Joinable":
    """The pages of forms and of links in letters, loaded only where pages are served."""
    from subscribers import web_joined

    return web_joined.Joinable(
        engine=engine, keys=keys, limits=limits, catalogue=catalogue, site=site, rights=rights
    )
