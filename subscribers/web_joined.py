"""All that forms and links in letters lead to, put together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import jinja2
from sqlalchemy.engine import Engine
from starlette.routing import Route

from subscribers.confirming import Confirming
from subscribers.joining import Joining
from subscribers.limits import Limits
from subscribers.model import Catalogue
from subscribers.moves import Moves
from subscribers.ports import Rights
from subscribers.site import Site
from subscribers.tokens import Keys
from subscribers.voice import Voices
from subscribers.web_confirm import ConfirmPages
from subscribers.web_data import DataPages
from subscribers.web_join import JoinPages


@dataclass(frozen=True, slots=True, kw_only=True)
class Joinable:
    """What the pages work on and where they stand."""

    engine: Engine
    keys: Keys
    limits: Limits
    catalogue: Catalogue
    site: Site
    rights: Rights | None = None

    def routes(
        self, templates: jinja2.Environment, now: Callable[[], datetime], voices: Voices
    ) -> list[Route]:
        """``/join``, ``/links``, ``/confirm``, ``/address``, ``/stay`` and ``/data``.

        A POST to ``/join`` must be exempt from any check of Origin or Sec-Fetch-Site: forms on
        other sites post there.
        """
        joining = Joining(self.engine, self.keys, self.limits)
        moves = Moves(self.engine, self.keys, self.limits)
        confirming = Confirming(self.engine, self.keys)
        return [
            *JoinPages(joining, self.catalogue, templates, now, voices, self.site).routes(),
            *ConfirmPages(confirming, moves, templates, now, voices).routes(),
            *DataPages(moves, templates, now, voices, self.rights).routes(),
        ]
