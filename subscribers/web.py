"""The pages a reader sees: preferences by signed link, and leaving. They work without JavaScript.

They speak the language that the person chose, else one that the browser asks for. On the leave
pages only the browser tells: a person's language there would tell a known key from an unknown one.

Only a POST changes anything: mail scanners GET every link, and run its scripts.
``POST /u/<key>`` is the one-click endpoint of RFC 8058: no cookie, no redirect, and the same
answer whether or not the key is known.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import jinja2
import structlog
from python_multipart.exceptions import FormParserError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Message

from subscribers.errors import BadTokenError
from subscribers.leaving import Click
from subscribers.model import Choice, Preferences
from subscribers.service import Subscribers
from subscribers.together import Together
from subscribers.tokens import MANAGE_DAYS
from subscribers.values import DAYS, FREQUENCIES, LIMITS, STYLES
from subscribers.voice import Voice, Voices, accepted, english

#: bytes of a form
LONGEST_FORM = 64 * 1024
#: the token in the path is a secret, and the page is one person's
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
LEFT = "You have left this newsletter. One that is already on its way may still arrive.\n"

log = structlog.get_logger()

Fields = Mapping[str, list[str]]
Value = TypeVar("Value")


def routes(
    subscribers: Subscribers,
    templates: jinja2.Environment,
    now: Callable[[], datetime],
    voices: Voices | None = None,
) -> list[Route]:
    """``/p/<manage token>`` and ``/u/<leave key>``, in English where no ``voices`` are given.

    ``templates`` finds ``preferences.html`` and its like, and escapes. ``/u/`` must be exempt from
    any check of Origin or Sec-Fetch-Site: mail clients post there from nowhere.
    """
    only = english(subscribers.catalogue)

    def leave(clicks: Sequence[Click]) -> list[bool]:
        return subscribers.leave_by_keys(clicks, now())

    pages = _Pages(subscribers, templates, now, voices or (lambda _wanted: only), Together(leave))
    return [
        Route("/p/{token}", pages.show_preferences, methods=["GET"], name="preferences"),
        Route("/p/{token}", pages.change_preferences, methods=["POST"]),
        Route("/u/{key}", pages.show_leave, methods=["GET"], name="leave"),
        Route("/u/{key}", pages.leave, methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """Something to tick."""

    slug: str
    name: str
    ticked: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Pages:
    subscribers: Subscribers
    templates: jinja2.Environment
    now: Callable[[], datetime]
    voices: Voices
    leaving: Together[Click, bool]

    def show_preferences(self, request: Request) -> Response:
        try:
            person = self.subscribers.preferences_of(request.path_params["token"], self.now())
        except BadTokenError:
            return self._expired(request)
        done = request.query_params.get("done", "")
        voice = self._voice(request, person.language)
        return self._page("preferences.html", voice, done=done, **self._view(person, voice))

    async def change_preferences(self, request: Request) -> Response:
        fields = await small_form(request)
        if fields is None:
            return _refused(self._voice(request).gettext("This form cannot be read."))
        token = request.path_params["token"]
        try:
            if "leave_all" in fields:
                await run_in_threadpool(self.subscribers.leave_all, token, self.now())
                done = "left"
            else:
                chosen = _choice(fields)
                await run_in_threadpool(self.subscribers.set_preferences, token, chosen, self.now())
                done = "saved"
        except _NotOfferedError:
            told = self._voice(request).gettext("This form holds a choice that we do not offer.")
            return _refused(told)
        except BadTokenError:
            return self._expired(request)
        # Relative, so that it is right behind any prefix; a reload then posts nothing again.
        return RedirectResponse(f"?done={done}", 303, HEADERS)

    def show_leave(self, request: Request) -> Response:
        # Nothing is looked up: a known and an unknown key look alike.
        return self._page("leave.html", self._voice(request))

    async def leave(self, request: Request) -> Response:
        # Every POST leaves; its body only tells who is there to be answered. A mail client whose
        # body we cannot read meant the same.
        fields = await small_form(request) or {}
        by_hand = fields.get("from") == ["page"]
        everything = by_hand and fields.get("scope") == ["all"]
        click = Click(
            key=request.path_params["key"],
            everything=everything,
            actor="reader" if by_hand else "mail client",
        )
        known = await self.leaving.do(click)
        # Only our log tells a key that no mail ever carried; many of them are someone guessing.
        log.info("leave_link_used", known=known, by_hand=by_hand)
        if by_hand:
            return self._page("leave_done.html", self._voice(request), everything=everything)
        return PlainTextResponse(LEFT, headers=HEADERS)

    def _view(self, person: Preferences, voice: Voice) -> dict[str, Any]:
        offer = voice.catalogue
        language = person.language if person.language in offer.languages else ""
        return {
            "person": person,
            "editions": [
                Option(
                    slug=slug,
                    name=name,
                    ticked=slug in person.editions,
                    note=offer.rhythms.get(slug, ""),
                )
                for slug, name in offer.editions.items()
            ],
            "regions": _options(offer.regions, person.regions),
            "topics": _options(offer.topics, person.topics),
            "languages": _options(offer.languages, frozenset({language})),
            "weekdays": offer.weekdays,
        }

    def _voice(self, request: Request, chosen: str = "") -> Voice:
        asked = accepted(request.headers.get("accept-language", ""))
        return self.voices([chosen, *asked] if chosen else asked)

    def _expired(self, request: Request) -> Response:
        return self._page("preferences_expired.html", self._voice(request), status=404)

    def _page(self, name: str, voice: Voice, *, status: int = 200, **values: object) -> Response:
        told = {**voice.words(), "days": MANAGE_DAYS.days, **values}
        html = self.templates.get_template(name).render(told)
        return HTMLResponse(html, status, HEADERS)


class _NotOfferedError(ValueError):
    """A field of which the page offers one value holds another."""


def _refused(told: str) -> Response:
    return PlainTextResponse(f"{told}\n", 400, HEADERS)


def _options(names: Mapping[str, str], ticked: frozenset[str]) -> list[Option]:
    return [Option(slug=slug, name=name, ticked=slug in ticked) for slug, name in names.items()]


def _choice(fields: Fields) -> Choice:
    return Choice(
        editions=frozenset(fields.get("edition", ())),
        regions=frozenset(fields.get("region", ())),
        topics=frozenset(fields.get("topic", ())),
        language=next(iter(fields.get("language", ())), None),
        frequency=_one(fields, "frequency", FREQUENCIES),
        weekly_on=_one(fields, "weekly_on", DAYS),
        limit=_one(fields, "limit", LIMITS),
        style=_one(fields, "style", STYLES),
    )


def _one(fields: Fields, name: str, known: Mapping[str, Value]) -> Value | None:
    """The one value of a field; None where the form has no such field."""
    given = fields.get(name)
    if not given:
        return None
    if len(given) > 1 or given[0] not in known:
        raise _NotOfferedError
    return known[given[0]]


async def small_form(request: Request) -> Fields | None:
    """The text fields of a form, urlencoded or multipart; None if it is too long or broken."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_FORM:
            return None

    async def whole() -> Message:
        return {"type": "http.request", "body": bytes(body), "more_body": False}

    try:
        async with Request(request.scope, whole).form() as form:
            return {
                name: [value for value in form.getlist(name) if isinstance(value, str)]
                for name in form
            }
    except (HTTPException, MultiPartException, FormParserError, UnicodeError, LookupError):
        return None
