"""An installation to look at: a folder, a name server, web servers and a relay of its own."""

import ssl
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import AuthResult

from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.doctor.patient import Patient
from digest.doctor.web import Web
from digest.errors import ConfigError
from digest.examining import patient
from tests.deliver.servers import mail_server
from tests.doctor.nameserver import NameServer
from tests.doctor.webserver import Page, WebServer

PUBLIC = "https://digest.news.example"
SMTP = """
[sending]
transport = "smtp"
from = "The Meridian <digest@news.example>"
reply_to = "editors@news.example"
[sending.smtp]
host = "127.0.0.1"
username = "meridian"
bounce_address = "bounce@news.example"
"""
SENDGRID = """
[sending]
transport = "sendgrid"
from = "The Meridian <digest@news.example>"
reply_to = "editors@news.example"
[sending.sendgrid]
"""
CONFIG = """
[newsroom]
name = "The Meridian"
postal_address = "1 Long Road, Meridian"
site_url = "https://site.news.example/"
[web]
public_url = "{public}"
[database]
url = "{database}"
[[sources]]
name = "wire"
kind = "feed"
url = "https://site.news.example/feed"
[[editions]]
slug = "morning"
name = "Morning"
zone = "{zone}"
[[editions.sections]]
take = "latest"
"""


class _LetIn:
    """Takes the one right password."""

    def __call__(
        self, server: Any, session: Any, envelope: Any, kind: str, data: Any
    ) -> AuthResult:
        return AuthResult(success=data.password == b"right", handled=False)


@dataclass
class Ward:
    """Servers, and a folder; ``patient`` makes what the checks look at."""

    folder: Path
    names: NameServer
    web: WebServer
    certificate: Path
    database: str
    stack: ExitStack
    secrets: dict[str, str] = field(default_factory=dict)
    zone: str = "Europe/Berlin"
    public: str = PUBLIC

    def secret(self, name: str, value: str) -> None:
        """A file among the secrets."""
        self.secrets[name] = value

    def patient(self, more: str = SMTP, *, now: datetime | None = None, **changes: Any) -> Patient:
        """The newsroom with ``more`` in its config.toml."""
        secrets = self.folder / ".secrets"
        secrets.mkdir(mode=0o700, exist_ok=True)
        told = {
            "web__signing_keys": f"k1:{'ab' * 32}",
            "web__pepper": "cd" * 32,
            "sending__smtp__password": "right",
            "sending__sendgrid__api_key": "SG.key",
        }
        for name, value in (told | self.secrets).items():
            (secrets / name).write_text(value)
            (secrets / name).chmod(0o600)
        file = self.folder / "config.toml"
        base = CONFIG.format(public=self.public, database=self.database, zone=self.zone)
        file.write_text(more + base)
        given: App | ConfigError
        try:
            given = App(load(file), SetClock(now or datetime.now(UTC)))
            self.stack.callback(given.engine.dispose)
        except ConfigError as mistakes:
            given = mistakes
        made = patient(file, given, None, "127.0.0.1", self.names.port)
        tls = self.trusting()
        return replace(
            made, **{"web": Web(tls, self.web.dial), "tls": tls, "fetch": self._fetch} | changes
        )

    def _fetch(self, url: str) -> Any:
        """As the guarded client, for the hosts of our web server."""
        from digest.sources.fetch import FetchedBody

        answer = Web(self.trusting(), self.web.dial).ask("GET", url)
        return FetchedBody(url=url, status=answer.status, headers=answer.headers)

    def trusting(self) -> ssl.SSLContext:
        """Trusts our own certificate and no other."""
        return ssl.create_default_context(cafile=str(self.certificate / "cert.pem"))

    def relay(self, **options: Any) -> str:
        """A mail server like a provider's, as a setting: STARTTLS, AUTH, SMTPUTF8."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate / "cert.pem", self.certificate / "key.pem")
        told: dict[str, Any] = {
            "tls_context": context,
            "authenticator": _LetIn(),
            "auth_require_tls": True,
            "enable_SMTPUTF8": True,
        }
        server = self.stack.enter_context(mail_server(**told | options))
        return SMTP + f"port = {server.port}\n"

    def serve(self, asked: str, status: int = 200, body: bytes = b"ok", **headers: str) -> None:
        """Have a page answer: ``GET digest.news.example/livez``."""
        self.web.pages[asked] = Page(
            status, body, {name.replace("_", "-"): value for name, value in headers.items()}
        )
