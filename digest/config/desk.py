"""The shapes of [desk]: where the desk answers, and how people log in there."""

from ipaddress import IPv4Network, IPv6Network
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from digest.config.table import Table
from digest.config.values import Host, HttpUrl


def _safe(url: str | None) -> bool:
    """Whether nobody between here and there can listen; on this machine nobody is between."""
    parts = urlsplit(url or "https:")
    return parts.scheme == "https" or parts.hostname in {"127.0.0.1", "localhost", "::1"}


class OpenIdSettings(Table):
    """[desk.oidc]: logging in with an account that people have elsewhere."""

    #: the provider; its configuration stands below, at /.well-known/openid-configuration
    issuer: HttpUrl | None = None
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    #: only addresses there may log in so
    domains: tuple[Host, ...] = ()
    #: what the button says
    label: str = "Log in with your work account"

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.issuer and not (self.client_id and self.domains):
            raise ValueError("with an issuer, client_id and domains are needed")
        if not _safe(self.issuer):
            raise ValueError("issuer must start with https://")
        return self


class DeskSettings(Table):
    """[desk]: an address of its own, once readers' pages answer beyond this machine."""

    host: str = "127.0.0.1"
    port: int = Field(default=8001, ge=0, le=65535)
    #: what people type; needed once the desk is to answer beyond this machine
    public_url: HttpUrl | None = None
    #: proxies whose X-Forwarded-For is believed, e.g. "10.0.0.0/8"
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    #: who logs in with a password gives a code of their app too
    second_step: bool = True
    oidc: OpenIdSettings = OpenIdSettings()

    @model_validator(mode="after")
    def _by_https(self) -> Self:
        if not _safe(self.public_url):
            raise ValueError("public_url must start with https://: passwords go there")
        return self
