"""The pages a reader sees: preferences by signed link, leaving, and second thoughts.

They work without JavaScript. They speak the language that was asked for on the page, else the one
that the person chose, else one that the browser asks for. On the leave pages only page and browser
tell: a person's language there would tell a known key from an unknown one.

Only a POST changes anything: mail scanners GET every link, and run its scripts.
``POST /u/<key>`` is the one-click endpoint of RFC 8058: no cookie, no redirect, and the same
answer whether or not the key is known.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

import jinja2
import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from subscribers import form
from subscribers.errors import BadTokenError
from subscribers.foreseen import clock
from subscribers.form import Fields, FormError
from subscribers.leaving import Click
from subscribers.model import Choice, Pause, Preferences
from subscribers.page_view import view
from subscribers.ports import NextIssue
from subscribers.service import Subscribers
from subscribers.together import Together
from subscribers.tokens import MANAGE_DAYS
from subscribers.voice import Voice, Voices, accepted, english

#: the token in the path is a secret, and the page is one person's
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
LEFT = "You have left this newsletter. One that is already on its way may still arrive.\n"
#: what a redirect may say that was done
DONE = frozenset({"saved", "left", "paused", "resumed", "undone", "link"})
#: why somebody left, of templates/web/leave_reason.html
REASONS = frozenset({"too_many", "not_mine", "never_asked", "elsewhere", "other"})

log = structlog.get_logger()


def routes(
    subscribers: Subscribers,
    templates: jinja2.Environment,
    now: Callable[[], datetime],
    voices: Voices | None = None,
    next_issue: NextIssue | None = None,
) -> list[Route]:
    """``/p/<manage token>``, ``/u/<leave key>``, ``/undo/<token>`` and ``/left``.

    They speak English where no ``voices`` are given, and foretell nothing without ``next_issue``.
    ``templates`` finds ``preferences.html`` and its like, and escapes. ``/u/`` must be exempt from
    any check of Origin or Sec-Fetch-Site: mail clients post there from nowhere.
    """
    only = english(subscribers.catalogue)

    def leave(clicks: Sequence[Click]) -> list[bool]:
        return subscribers.leave_by_keys(clicks, now())

    voices, together = voices or (lambda _wanted: only), Together(leave)
    pages = _Pages(subscribers, templates, now, voices, next_issue, together)
    return [
        Route("/p/{token}", pages.show_preferences, methods=["GET"], name="preferences"),
        Route("/p/{token}", pages.change_preferences, methods=["POST"]),
        Route("/u/{key}", pages.show_leave, methods=["GET"], name="leave"),
        Route("/u/{key}", pages.leave, methods=["POST"]),
        Route("/undo/{token}", pages.show_undo, methods=["GET"], name="undo"),
        Route("/undo/{token}", pages.undo, methods=["POST"]),
        Route("/left", pages.tell_why, methods=["POST"], name="left"),
    ]


@dataclass(frozen=True, slots=True)
class _Pages:
    subscribers: Subscribers
    templates: jinja2.Environment
    now: Callable[[], datetime]
    voices: Voices
    next_issue: NextIssue | None
    leaving: Together[Click, bool]

    def show_preferences(self, request: Request) -> Response:
        try:
            return self._preferences(request)
        except BadTokenError:
            return self._expired(request)

    async def change_preferences(self, request: Request) -> Response:
        fields = await form.small_form(request)
        if fields is None:
            told = self._voice(request).gettext("This form cannot be read.")
            return PlainTextResponse(f"{told}\n", 400, HEADERS)
        token = request.path_params["token"]
        try:
            done = await run_in_threadpool(self._change, token, fields, self._voice(request))
        except FormError as error:
            return await run_in_threadpool(self._refused, request, error)
        except BadTokenError:
            return self._expired(request)
        # Relative, so that it is right behind any prefix; a reload then posts nothing again.
        asked = {"lang": request.query_params["lang"]} if "lang" in request.query_params else {}
        return RedirectResponse(f"?{urlencode({**asked, 'done': done})}", 303, HEADERS)

    def show_leave(self, request: Request) -> Response:
        # Nothing is looked up: a known and an unknown key look alike.
        return self._page("leave.html", self._voice(request), switch=True)

    async def leave(self, request: Request) -> Response:
        # Every POST leaves; its body only tells who is there to be answered. A mail client whose
        # body we cannot read meant the same.
        fields = await form.small_form(request) or {}
        by_hand = fields.get("from") == ["page"]
        everything = by_hand and fields.get("scope") == ["all"]
        key, now = request.path_params["key"], self.now()
        click = Click(
            key=key,
            everything=everything,
            actor="reader" if by_hand else "mail client",
        )
        known = await self.leaving.do(click)
        # Only our log tells a key that no mail ever carried; many of them are someone guessing.
        log.info("leave_link_used", known=known, by_hand=by_hand)
        if not by_hand:
            return PlainTextResponse(LEFT, headers=HEADERS)
        undo = self.subscribers.undo.path_after(key, now, everything=everything)
        voice = self._voice(request)
        return self._page("leave_done.html", voice, everything=everything, undo=f"..{undo}")

    def show_undo(self, request: Request) -> Response:
        # Its signature alone is looked at, so all that we ever made look alike.
        try:
            self.subscribers.undo.check(request.path_params["token"], self.now())
        except BadTokenError:
            return self._expired(request, undo=True)
        return self._page("leave_undo.html", self._voice(request), switch=True)

    async def undo(self, request: Request) -> Response:
        fields = await form.small_form(request) or {}
        undo, now = self.subscribers.undo, self.now()
        try:
            await run_in_threadpool(undo.take_back, request.path_params["token"], now)
            back = next(iter(fields.get("back", ())), "")
            # The token of the page they came from, if it is one: never any other address.
            await run_in_threadpool(self.subscribers.preferences_of, back, now)
        except BadTokenError:
            return await run_in_threadpool(self._after_undo, request)
        return RedirectResponse(f"../p/{back}?done=undone", 303, HEADERS)

    async def tell_why(self, request: Request) -> Response:
        # Counted in the log, with nothing of who it was; the token only keeps strangers out.
        fields = await form.small_form(request) or {}
        token = next(iter(fields.get("token", ())), "")
        try:
            self.subscribers.undo.check(token, self.now())
        except BadTokenError:
            return self._expired(request, undo=True)
        reason = next(iter(fields.get("reason", ())), "")
        if reason in REASONS:
            log.info("left_because", reason=reason)
        return self._page("leave_thanks.html", self._voice(request))

    def _after_undo(self, request: Request) -> Response:
        try:
            self.subscribers.undo.check(request.path_params["token"], self.now())
        except BadTokenError:
            return self._expired(request, undo=True)
        return self._page("leave_undone.html", self._voice(request))

    def _change(self, token: str, fields: Fields, voice: Voice) -> str:
        """Do what the form says; returns what was done. Raises FormError and BadTokenError."""
        people, now = self.subscribers, self.now()
        if "leave_all" in fields:
            people.leave_all(token, now)
            return "left"
        if "link" in fields:
            people.ask_link(token, voice.language, now)
            return "link"
        if "go_on" in fields:
            people.set_preferences(token, Choice(pause=Pause(None)), now)
            return "resumed"
        if "pause" in fields:
            zone = clock(people.preferences_of(token, now), people.catalogue)
            chosen = Choice(pause=form.pause(fields, zone, now))
            people.set_preferences(token, chosen, now)
            return "paused"
        chosen = form.choice(fields)
        people.set_preferences(token, chosen, now)
        return "saved"

    def _refused(self, request: Request, error: FormError) -> Response:
        try:
            return self._preferences(request, error)
        except BadTokenError:
            return self._expired(request)

    def _preferences(self, request: Request, error: FormError | None = None) -> Response:
        token, now = request.path_params["token"], self.now()
        person = self.subscribers.preferences_of(token, now)
        voice = self._voice(request, person.language)
        done = request.query_params.get("done", "")
        return self._page(
            "preferences.html",
            voice,
            status=400 if error else 200,
            switch=True,
            done=done if done in DONE and not error else "",
            wrong=error.field if error else "",
            undo=self._undo(person, now),
            token=token,
            **view(person, voice, self.next_issue, now),
        )

    def _undo(self, person: Preferences, now: datetime) -> str:
        """Where to take back what was left last; empty where there is nothing to."""
        editions = person.left & self.subscribers.catalogue.editions.keys()
        if not editions or person.suppressed:
            return ""
        return f"..{self.subscribers.undo.path(person.subscriber, editions, now)}"

    def _voice(self, request: Request, chosen: str = "") -> Voice:
        asked = accepted(request.headers.get("accept-language", ""))
        first = [*accepted(request.query_params.get("lang", "")), *filter(None, [chosen])]
        return self.voices([*first, *asked])

    def _expired(self, request: Request, *, undo: bool = False) -> Response:
        voice = self._voice(request)
        return self._page("preferences_expired.html", voice, status=404, switch=True, undo=undo)

    def _page(self, name: str, voice: Voice, *, status: int = 200, **values: object) -> Response:
        told = {**voice.words(), "switch": False, "days": MANAGE_DAYS.days, **values}
        html = self.templates.get_template(name).render(told)
        return HTMLResponse(html, status, HEADERS)
