"""What a site asks of who reads more than everybody may (RFC 7617)."""

from base64 import b64encode
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A user name and password for one site, told to nobody else and never in the clear."""

    #: an address of the site: what has not its scheme, host and port is somebody else's
    site: str
    username: str
    password: str = field(repr=False)

    def headers(self, url: str) -> dict[str, str]:
        """The headers to send to ``url``: none to another site, none over an open line."""
        if not self.may_reach(url):
            return {}
        pair = f"{self.username}:{self.password}".encode()
        return {"Authorization": f"Basic {b64encode(pair).decode('ascii')}"}

    def may_reach(self, url: str) -> bool:
        """Whether ``url`` is of the same site, over TLS or on this machine."""
        return is_private_line(url) and _origin(url) == _origin(self.site)


def is_private_line(url: str) -> bool:
    """Whether nobody between here and ``url`` can read along: TLS, or this very machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname))


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
