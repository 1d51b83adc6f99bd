"""``/join``: signing up from our own page, from a form on another site, or as JSON.

And ``/links``: a fresh link for who is a reader already.

The answer is the same for every address. No cookie is set or read, so a form may post here from
anywhere; JSON from a page of another site needs that site's origin in the settings.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import jinja2
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from subscribers import limits
from subscribers.errors import BadAddressError
from subscribers.form import LONGEST_FORM, Fields, small_form
from subscribers.joining import Answer, Joining, SignUp
from subscribers.model import Catalogue
from subscribers.site import Site
from subscribers.voice import Voice, Voices, accepted
from subscribers.web import HEADERS
from subscribers.wording import Wording

#: what people never see, and bots fill in
HONEYPOT = "website"
LONGEST_NAME = 100
#: seconds after which a place may ask again
RETRY = 600
_FORM = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,60}")
_WORDING = re.compile(r"[a-zA-Z-]{2,20}-[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class JoinPages:
    """The pages of strangers."""

    joining: Joining
    catalogue: Catalogue
    templates: jinja2.Environment
    now: Callable[[], datetime]
    voices: Voices
    site: Site

    def routes(self) -> list[Route]:
        """``/join`` must be exempt from any check of Origin or Sec-Fetch-Site."""
        return [
            Route("/join", self.show, methods=["GET"], name="join"),
            Route("/join", self.join, methods=["POST"]),
            Route("/join", self.preflight, methods=["OPTIONS"]),
            Route("/join/embed", self.embed, methods=["GET"]),
            Route("/links", self.links, methods=["POST"]),
        ]

    def show(self, request: Request) -> Response:
        if request.query_params.get("done") == "sent":
            return self._page("join_done.html", self._voice(request))
        return self._form(request, _Filled(source=_source(request.query_params.get("form", ""))))

    def embed(self, request: Request) -> Response:
        """A form to be copied into another site's page."""
        voice = self._voice(request)
        values = self._words(voice) | {
            "action": f"{self.site.public_url}/join",
            "source": _source(request.query_params.get("form", "")) or "embedded",
        }
        snippet = self.templates.get_template("join_snippet.html").render(
            {**voice.words(), **values}
        )
        return self._page("join_embed.html", voice, snippet=snippet)

    def preflight(self, request: Request) -> Response:
        """CORS: may a page of this origin post JSON?"""
        return Response(status_code=204, headers=self._cors(request))

    async def join(self, request: Request) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "application/json":
            return await self._json(request)
        fields = await small_form(request)
        if fields is None:
            filled = _Filled(wrong=self._voice(request).gettext("This form cannot be read."))
            return self._form(request, filled, 400)
        return await self._posted(request, fields)

    async def links(self, request: Request) -> Response:
        """A fresh link, or a confirmation again."""
        fields = await small_form(request) or {}
        voice = self._voice(request)
        email, place, now = _first(fields, "email"), self._place(request), self.now()
        try:
            if _first(fields, HONEYPOT):
                answer = await run_in_threadpool(self.joining.pretend, place, now)
            else:
                answer = await run_in_threadpool(
                    self.joining.link, email, place, self._language(voice), now
                )
        except BadAddressError:
            told = voice.gettext("This is no e-mail address.")
            return self._form(request, _Filled(link_email=email, link_wrong=told), 400)
        if answer is Answer.TOO_MUCH:
            return self._too_much(voice)
        return RedirectResponse("/join?done=sent", 303, HEADERS)

    async def _posted(self, request: Request, fields: Fields) -> Response:
        voice, now = self._voice(request), self.now()
        filled = _Filled(
            email=_first(fields, "email"),
            name=_first(fields, "name"),
            editions=frozenset(fields.get("edition", ())) & frozenset(self.catalogue.editions),
            language=_first(fields, "language"),
            source=_source(_first(fields, "form")),
        )
        place = self._place(request)
        if _first(fields, HONEYPOT):
            answer = await run_in_threadpool(self.joining.pretend, place, now)
            return self._answered(voice, answer)
        if not filled.editions:
            told = voice.gettext("Tick at least one newsletter.")
            return self._form(request, filled.but(wrong=told), 400)
        stamp = _first(fields, "stamp")
        keys, most = self.joining.keys, self.joining.limits
        if stamp and not limits.took_its_time(keys, most, stamp, now):
            told = voice.gettext("That was very quick. Please press the button once more.")
            return self._form(request, filled.but(wrong=told), 400)
        wish = self._wish(filled, _first(fields, "wording"), place, voice)
        try:
            answer = await run_in_threadpool(self.joining.sign_up, wish, now)
        except BadAddressError:
            told = voice.gettext("This is no e-mail address.")
            return self._form(request, filled.but(wrong=told), 400)
        return self._answered(voice, answer)

    async def _json(self, request: Request) -> Response:
        headers = self._cors(request)
        origin = request.headers.get("origin")
        if origin and "Access-Control-Allow-Origin" not in headers and not _own(request, origin):
            return _problem(403, "This site may not post here.", headers)
        try:
            body = json.loads(await _body(request))
            filled, wording = self._told(body)
        except (ValueError, TypeError, RecursionError):
            return _problem(400, "This is not what a sign-up looks like.", headers)
        if not filled.editions:
            return _problem(400, "Name at least one newsletter that there is.", headers)
        place, now = self._place(request), self.now()
        try:
            if body.get(HONEYPOT):
                answer = await run_in_threadpool(self.joining.pretend, place, now)
            else:
                wish = self._wish(filled, wording, place, self._voice(request))
                answer = await run_in_threadpool(self.joining.sign_up, wish, now)
        except BadAddressError:
            return _problem(400, "This is no e-mail address.", headers)
        if answer is Answer.TOO_MUCH:
            return _problem(429, "Too many requests.", headers | {"Retry-After": str(RETRY)})
        told = {"status": "If this address can be mailed, a letter is on its way to it."}
        return JSONResponse(told, 202, headers)

    def _told(self, body: Any) -> tuple["_Filled", str]:
        """What JSON says. Raises ValueError or TypeError."""
        if not isinstance(body, dict):
            raise TypeError
        words = {name: body.get(name, "") for name in ("email", "name", "language", "form")}
        editions, wording = body.get("editions", []), body.get("wording", "")
        texts = [*words.values(), *editions, wording]
        if not isinstance(editions, list) or not all(isinstance(one, str) for one in texts):
            raise TypeError
        filled = _Filled(
            email=words["email"],
            name=words["name"],
            language=words["language"],
            editions=frozenset(editions) & frozenset(self.catalogue.editions),
            source=_source(words["form"]),
        )
        return filled, wording

    def _wish(self, filled: "_Filled", wording: str, place: str, voice: Voice) -> SignUp:
        language = filled.language.lower()
        known = language in self.catalogue.languages
        return SignUp(
            email=filled.email,
            editions=filled.editions,
            name=" ".join(filled.name.replace("\0", "").split())[:LONGEST_NAME],
            language=language if known else self._language(voice),
            source=f"form: {filled.source}" if filled.source else "form",
            wording=wording if _WORDING.fullmatch(wording) else "",
            words=self._known(wording),
            place=place,
        )

    def _known(self, version: str) -> Wording | None:
        """The words of this version, if we show them now. A copied form may show older ones."""
        shown = agreement(self.voices([version.rpartition("-")[0]]))
        return shown if shown.version == version else None

    def _language(self, voice: Voice) -> str:
        """The language of the page, if there is mail in it."""
        tag = voice.language.lower()
        return next((one for one in (tag, tag.partition("-")[0]) if one in self._spoken), "")

    @property
    def _spoken(self) -> Mapping[str, str]:
        return self.catalogue.languages

    def _answered(self, voice: Voice, answer: Answer) -> Response:
        if answer is Answer.TOO_MUCH:
            return self._too_much(voice)
        # Relative, so that it is right behind any prefix; a reload then posts nothing again.
        return RedirectResponse("?done=sent", 303, HEADERS)

    def _too_much(self, voice: Voice) -> Response:
        html = self.templates.get_template("join_too_much.html").render(voice.words())
        return HTMLResponse(html, 429, {**HEADERS, "Retry-After": str(RETRY)})

    def _form(self, request: Request, filled: "_Filled", status: int = 200) -> Response:
        voice = self._voice(request)
        values = self._words(voice) | {
            "filled": filled,
            "stamp": limits.stamp(self.joining.keys, self.now()),
            "spoken": self._language(voice),
        }
        return self._page("join.html", voice, status=status, **values)

    def _words(self, voice: Voice) -> dict[str, Any]:
        offer = voice.catalogue
        return {
            "editions": offer.editions,
            "rhythms": offer.rhythms,
            "languages": offer.languages,
            "agreement": agreement(voice).text,
            "wording": agreement(voice).version,
            "honeypot": HONEYPOT,
        }

    def _voice(self, request: Request) -> Voice:
        return self.voices(accepted(request.headers.get("accept-language", "")))

    def _place(self, request: Request) -> str:
        header = self.site.address_header
        if header:
            # the last one: what stands before it, the client wrote
            return request.headers.get(header, "").rpartition(",")[2].strip()
        peer = request.client.host if request.client else ""
        # A proxy of which nothing is told: everybody would be one place.
        return "" if peer in {"127.0.0.1", "::1"} else peer

    def _cors(self, request: Request) -> dict[str, str]:
        origin = request.headers.get("origin", "")
        headers = {**HEADERS, "Vary": "Origin"}
        if origin not in self.site.origins:
            return headers
        return {
            **headers,
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": "Content-Type",
        }

    def _page(self, name: str, voice: Voice, *, status: int = 200, **values: object) -> Response:
        html = self.templates.get_template(name).render({**voice.words(), **values})
        return HTMLResponse(html, status, HEADERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filled:
    """What stands in the form when it is shown (again)."""

    email: str = ""
    name: str = ""
    editions: frozenset[str] = field(default_factory=frozenset)
    language: str = ""
    source: str = ""
    wrong: str = ""
    link_email: str = ""
    link_wrong: str = ""

    def but(self, *, wrong: str) -> "_Filled":
        """The same, told what is wrong with it."""
        return _Filled(
            email=self.email,
            name=self.name,
            editions=self.editions,
            language=self.language,
            source=self.source,
            wrong=wrong,
        )


def agreement(voice: Voice) -> Wording:
    """What a person says yes to by the button."""
    text = voice.gettext(
        "We send a letter to confirm; only then do the newsletters you ticked come to this "
        "address. Each has a link to leave. Nothing you read is tracked unless you allow it."
    )
    return Wording(voice.language, text)


def _source(given: str) -> str:
    return given if _FORM.fullmatch(given) else ""


def _first(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "")


def _own(request: Request, origin: str) -> bool:
    return origin.partition("://")[2] == request.headers.get("host")


def _problem(status: int, detail: str, headers: Mapping[str, str]) -> Response:
    return JSONResponse({"status": status, "detail": detail}, status, headers)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_FORM:
            raise ValueError("too long")
    return bytes(body)
