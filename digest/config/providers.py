"""The tables of config.toml about providers of mail."""

from datetime import date
from typing import Literal

from pydantic import Field, SecretStr

from digest.config.table import Table
from digest.config.values import BounceAddress, Category, Host, HttpUrl, Slug, WebhookKey


class Dkim(Table):
    """[[sending.smtp.dkim]]: a signature of ours; most relays sign what they are given."""

    selector: Slug
    #: the sender's if left out; receivers want them to agree
    domain: Host = ""


class Smtp(Table):
    """[sending.smtp]"""

    host: str = ""
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password: SecretStr = SecretStr("")
    #: RFC 5321 §4.5.3.2.6 asks for 10 minutes: a shorter wait mails people twice
    final_timeout_seconds: int = Field(default=600, ge=1)
    connections: int = Field(default=4, ge=1, le=500)
    #: over one connection, before it is closed and another opened; 0: no limit
    messages_per_connection: int = Field(default=100, ge=0)
    #: on their way to one recipient domain at a time; 0: no limit
    domain_connections: int = Field(default=0, ge=0)
    #: to one recipient domain; 0: no limit
    domain_per_minute: int = Field(default=0, ge=0)
    #: who bounces go back to, a token for each message put behind its local part; empty: ``from``
    bounce_address: BounceAddress = ""
    dkim: tuple[Dkim, ...] = ()
    #: selector → private key in PEM
    dkim_keys: dict[str, SecretStr] = Field(default_factory=dict)


class SendGrid(Table):
    """[sending.sendgrid]"""

    api_key: SecretStr = SecretStr("")
    host: HttpUrl = "https://api.sendgrid.com"
    timeout_seconds: int = Field(default=30, ge=1, le=600)
    sandbox: bool = False
    #: requests at a time, of one process
    connections: int = Field(default=4, ge=1, le=32)
    #: beside the edition's own, which is the tenth
    categories: tuple[Category, ...] = Field(default=(), max_length=9)
    #: whose way to leave a mail carries: ours, or that of SendGrid's group ``asm_group``
    unsubscribe: Literal["own", "group"] = "own"
    asm_group: int | None = Field(default=None, ge=1)
    #: the Event Webhook's public keys, as SendGrid shows them; two while one follows the other
    webhook_keys: tuple[WebhookKey, ...] = ()
    #: how old a signature may be, since posts are repeated for a day; 0: of any age
    webhook_window_hours: int = Field(default=72, ge=0, le=8760)


class WarmUp(Table):
    """[sending.routes.NAME.warm_up]: a new sender's mail grows day by day."""

    started: date
    #: messages on the first day: in all, and to one receiving domain
    per_day: int = Field(ge=1)
    per_domain: int | None = Field(default=None, ge=1)
    growth: float = Field(default=1.5, ge=1, le=10)
    #: after so many days everything goes
    days: int = Field(default=30, ge=1, le=365)
