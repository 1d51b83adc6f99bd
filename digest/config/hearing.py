"""The tables of config.toml about what becomes of mail: [hooks], [bounces], [complaints]."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from digest.config.table import Table


class Hooks(Table):
    """[hooks]: /hooks/events, where other relays' events are posted."""

    #: one secret a line, of 32 characters or more; any of them may sign. Empty: no such page
    keys: SecretStr = SecretStr("")
    window_hours: int = Field(default=72, ge=0, le=8760)


class Bounces(Table):
    """[bounces]: the mailbox that bounces, complaints and mails to leave come to."""

    kind: Literal["none", "maildir", "mbox", "imap"] = "none"
    #: maildir, mbox
    path: Path | None = None
    #: imap, and what follows
    host: str = ""
    port: int = Field(default=993, ge=1, le=65535)
    security: Literal["tls", "starttls", "none"] = "tls"
    username: str = ""
    password: SecretStr = SecretStr("")
    folder: str = "INBOX"
    every_minutes: int = Field(default=5, ge=1, le=1440)
    #: soft bounces of so many issues within so many days count as a hard one
    soft_times: int = Field(default=5, ge=1, le=100)
    soft_days: int = Field(default=15, ge=1, le=365)


class Complaints(Table):
    """[complaints]: when they pause an issue."""

    #: of its readers so far; Gmail and Yahoo ask senders to stay below 0.3
    percent: float = Field(default=0.3, gt=0, le=100)
    #: fewer pause nothing
    minimum: int = Field(default=5, ge=1)
