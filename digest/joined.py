"""Wires what readers ask for by forms and links, and the letters they get for it.

For app.py alone, which hands in the people's keys and voices.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

import jinja2
import structlog
from sqlalchemy.engine import Engine
from starlette.routing import Route

import subscribers
from digest.config import Settings
from digest.config.editions import rhythm_in_words
from digest.protocols import Clock
from digest.rights import Rights
from digest.steps.parts import Parts
from digest.steps.people_letters import Postman

log = structlog.get_logger()

#: how often it is looked who has not answered a letter about an old consent
LOOK = timedelta(hours=1)


@dataclass
class Joined:
    """Sign-up, confirmation, links, changes of address, and permission asked for again."""

    settings: Settings
    engine: Engine
    keys: subscribers.Keys
    clock: Clock
    catalogue: subscribers.Catalogue
    voices: subscribers.Voices
    _looked_at: datetime | None = field(default=None, init=False)
    _postman_made: Postman | None = field(default=None, init=False)

    @cached_property
    def limits(self) -> subscribers.Limits:
        """How much strangers may ask of us."""
        given = self.settings.signup
        return subscribers.Limits(
            letters=given.letters,
            letters_to_suppressed=given.letters_to_suppressed,
            per_place=given.per_place,
            per_minute=given.per_minute,
            seconds=given.seconds,
        )

    @cached_property
    def permission(self) -> subscribers.Permission:
        """Old consents."""
        return subscribers.Permission(self.engine)

    def routes(self, templates: jinja2.Environment, rights: Rights) -> list[Route]:
        """``/join``, ``/links``, ``/confirm``, ``/address``, ``/stay`` and ``/data``."""
        given = self.settings
        pages = subscribers.joinable(
            engine=self.engine,
            keys=self.keys,
            limits=self.limits,
            catalogue=self.catalogue,
            site=subscribers.Site(
                public_url=given.web.public_url,
                origins=frozenset(one.rstrip("/") for one in given.signup.origins),
                address_header=given.signup.address_header,
            ),
            rights=rights,
        )
        return pages.routes(templates, self.clock.now, self.voices)

    def post(self, parts: Parts) -> None:
        """Send the letters that wait, and see who did not answer. Raises nothing."""
        try:
            if parts.installation is not None and parts.installation.why_not():
                return  # the line has told it
            self._postman(parts).post()
            self._give_up()
        except Exception:
            # Nothing is lost: what waits is looked at again.
            log.exception("letters_wait")

    def _postman(self, parts: Parts) -> Postman:
        if self._postman_made is None or self._postman_made.parts is not parts:
            self._postman_made = Postman(
                parts=parts,
                correspondence=subscribers.Correspondence(self.engine, self.keys),
                newsroom=self.settings.newsroom.name,
                rhythm=rhythm_in_words,
            )
        return self._postman_made

    def _give_up(self) -> None:
        now = self.clock.now()
        if self._looked_at and now < self._looked_at + LOOK:
            return
        self._looked_at = now
        given_up = self.permission.give_up(now)
        if given_up:
            log.info("consents_expired", people=given_up)
