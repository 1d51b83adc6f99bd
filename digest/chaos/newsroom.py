"""A newsroom for one round: a folder with one story, readers, and a transport to our own server."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from time import monotonic

from digest.app import App
from digest.config import Settings, load
from digest.model import Decision
from digest.protocols import Clock

#: when every round begins: early, so that no round comes to midnight
START = datetime(2026, 11, 24, 5, tzinfo=UTC)
EDITION = "chaos"
#: of so many readers one was suppressed before, and is never to be mailed
SUPPRESSED_EVERY = 50
CONFIG = """
[newsroom]
name = "Chaos"
postal_address = "1 Loopback Road"
[[sources]]
name = "desk"
kind = "folder"
path = "stories"
[[editions]]
slug = "chaos"
name = "Chaos"
zone = "UTC"
send_by_minutes = 1080
  [[editions.sections]]
  take = "latest"
"""
STORY = """---
title: Killed and still there
date: 2026-11-24T04:00:00+00:00
url: https://example.org/story/
---

It went on where it was.
"""


class Running:
    """A clock that runs from ``START`` and can be told that more time has passed."""

    def __init__(self) -> None:
        self._began = monotonic()
        self.skipped = timedelta()

    def now(self) -> datetime:
        """The instant of this round."""
        return START + timedelta(seconds=monotonic() - self._began) + self.skipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where a round's newsroom is, and what it sends through."""

    folder: Path
    database: str
    transport: str
    #: of our own server; 0 for the outbox
    port: int
    policy: Decision

    @property
    def outbox(self) -> Path:
        """The outbox's folder."""
        return self.folder / "outbox"

    def write(self) -> None:
        """Make the folder."""
        (self.folder / "stories").mkdir(parents=True)
        (self.folder / "stories" / "one.md").write_text(STORY, "utf-8")
        (self.folder / "config.toml").write_text(CONFIG, "utf-8")
        secrets = self.folder / ".secrets"
        secrets.mkdir(mode=0o700)
        (secrets / "web__signing_keys").write_text(f"k1:{'c4' * 32}\n", "ascii")
        (secrets / "web__pepper").write_text("c5" * 32, "ascii")

    def settings(self) -> Settings:
        """As told on a command line, so that nothing in the environment stands above it."""
        told = {
            "database.url": self.database,
            "web.public_url": "http://127.0.0.1:8000",
            # its readers are on this machine
            "preflight.live_hosts": '["127.0.0.1"]',
            "sending.transport": self.transport,
            "sending.from": '"Chaos <chaos@example.org>"',
            "sending.reply_to": "desk@example.org",
            "sending.outbox": str(self.outbox),
            "sending.doubtful": self.policy.value,
            "sending.smtp.host": "127.0.0.1",
            "sending.smtp.port": str(self.port or 1),
            "sending.smtp.security": "none",
            "sending.smtp.username": '""',
            "sending.smtp.final_timeout_seconds": "1",
            "sending.sendgrid.api_key": "SG.chaos",
            "sending.sendgrid.host": f"http://127.0.0.1:{self.port}",
            "sending.sendgrid.timeout_seconds": "1",
            "sending.sendgrid.sandbox": "false",
        }
        return load(self.folder / "config.toml", told)

    def app(self, clock: Clock) -> App:
        """The newsroom's digest."""
        return App(self.settings(), clock)

    def enrol(self, clock: Clock, readers: int) -> tuple[frozenset[str], frozenset[str]]:
        """Bring the readers in; returns all addresses, and those suppressed since."""
        app = self.app(clock)
        addresses = [f"reader{number}@example.org" for number in range(1, readers + 1)]
        rows = (f"{one},{EDITION},form,2026-01-01" for one in addresses)
        text = "\n".join(("email,editions,consent_source,consent_at", *rows))
        app.people.import_csv(BytesIO(text.encode()), now=clock.now(), actor="chaos")
        suppressed = addresses[SUPPRESSED_EVERY - 1 :: SUPPRESSED_EVERY]
        for one in suppressed:
            who = app.people.find(one)
            assert who is not None, "imported above"
            app.people.suppress(who, reason="asked", now=clock.now())
        app.engine.dispose()
        return frozenset(addresses), frozenset(suppressed)
