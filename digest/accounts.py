"""Wires who works at the desk: their accounts, logging in, and the record. For app.py alone."""

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import jinja2
from sqlalchemy.engine import Engine
from starlette.routing import Route

from digest.config import Settings
from digest.own_secrets import OwnSecrets
from digest.people import audit as chain
from digest.protocols import Clock
from digest.staff.account import Own
from digest.staff.house import Actor, House
from digest.staff.login import Login
from digest.staff.people import People
from digest.steps.along import Along
from digest.store import audit
from digest.store.engine import reading, writing
from digest.web.desk_account import AccountPages
from digest.web.desk_audit import AuditPages
from digest.web.desk_login import LoginPages
from digest.web.desk_people import Inviting, PeoplePages
from digest.web.gate import Gate, Rules

if TYPE_CHECKING:
    from digest.staff.openid import OpenId

#: names that mean this machine
HERE = frozenset({"127.0.0.1", "localhost", "::1"})


class Accounts:
    """The people of the desk, behind one door."""

    def __init__(
        self, settings: Settings, engine: Engine, clock: Clock, secrets: OwnSecrets
    ) -> None:
        self._settings = settings
        self._engine = engine
        self._clock = clock
        self._secrets = secrets

    @cached_property
    def house(self) -> House:
        """What the rest stands on."""
        return House(
            engine=self._engine,
            clock=self._clock,
            newsroom=self._settings.newsroom.name,
            second_step=self._settings.desk.second_step,
            pepper=self._secrets.pepper,
            sealing=self._secrets.derived("desk"),
        )

    @cached_property
    def people(self) -> People:
        """Who has an account."""
        return People(self.house)

    @cached_property
    def login(self) -> Login:
        """The way in."""
        return Login(self.house)

    @property
    def apart(self) -> bool:
        """Whether the desk has an address of its own: readers' pages answer beyond this machine."""
        public = urlsplit(self._settings.web.public_url).hostname not in HERE
        return public or self._settings.desk.public_url is not None

    @property
    def url(self) -> str:
        """What people type to reach the desk."""
        desk = self._settings.desk
        if desk.public_url:
            return desk.public_url
        return f"http://127.0.0.1:{desk.port if self.apart else self._settings.web.port}"

    def link(self, token: str) -> str:
        """The link that lets somebody set their password."""
        return f"{self.url}/desk/welcome/{token}"

    def record(self) -> Iterator[chain.Entry]:
        """All of the record, oldest first."""
        with reading(self._engine) as connection:
            yield from audit.every(connection)

    def newest(self, limit: int) -> list[chain.Entry]:
        """The last of it, newest first."""
        with reading(self._engine) as connection:
            return audit.newest(connection, limit)

    def verify(self, anchor: str = "") -> chain.Verdict:
        """Look through the record for what was changed, added or cut off."""
        return chain.verify(self.record(), self.house.audit_key, anchor)

    def note(self, by: Actor, what: str, about: str) -> None:
        """Write down what somebody did."""
        with writing(self._engine) as connection:
            self.house.record(connection, by, what, about)

    def noting(self, by: Actor, what: str, about: str) -> Along:
        """The same, for who writes it in the transaction of what was done."""
        return lambda connection: self.house.record(connection, by, what, about)

    def gate(self, templates: jinja2.Environment) -> Gate:
        """What stands before each page of the desk."""
        desk, url = self._settings.desk, self.url
        rules = Rules(
            secure=urlsplit(url).scheme == "https",
            host=urlsplit(url).netloc,
            proxies=desk.proxies,
            trial=not self.apart,
        )
        return Gate(lambda: self.login, templates, rules)

    def routes(self, gate: Gate, invite: Inviting) -> list[Route]:
        """Logging in, one's account, the people, the record; ``invite`` mails a link."""
        own = Own(self.house, self.login)
        editions = {one.slug: one.name for one in self._settings.editions}
        return [
            *LoginPages(gate, self.login, own, self._openid).routes(),
            *AccountPages(gate, self.login, own).routes(),
            *PeoplePages(gate, self.people, editions, self.link, invite).routes(),
            *AuditPages(gate, self.house).routes(),
        ]

    @cached_property
    def _openid(self) -> "OpenId | None":
        given = self._settings.desk.oidc
        if given.issuer is None:
            return None
        from digest.staff.openid import OpenId, Provider  # few have one, and it takes its time

        provider = Provider(
            issuer=given.issuer,
            client_id=given.client_id,
            client_secret=given.client_secret.get_secret_value(),
            domains=frozenset(given.domains),
            label=given.label,
        )
        return OpenId(self.house, provider, f"{self.url}/desk/login/openid/back")
