"""Addresses of counted links: ``/c/<link>.<mac>``, the same in every mail of an issue.

Where a link leads stands in no address. For readers who agreed to be told apart a second part
follows, ``-<subscriber>.<mac>``, which is good for one issue.
"""

import base64
import hmac
import re
from dataclasses import dataclass, field

from digest.model import IssueId, LinkId, SubscriberId

#: what their paths start with
CLICKS = "/c/"
#: characters of base64url: 96 bits
_LENGTH = 16
_NUMBER, _MAC = r"(0|[1-9][0-9]{0,17})", rf"([A-Za-z0-9_-]{{{_LENGTH}}})"
_NAME = re.compile(rf"{_NUMBER}\.{_MAC}(-.*)?", re.DOTALL)
_READER = re.compile(rf"-{_NUMBER}\.{_MAC}")


@dataclass(frozen=True, slots=True)
class ClickLinks:
    """Signs the numbers of links."""

    #: newest first; earlier ones still open what they made
    secrets: tuple[bytes, ...] = field(repr=False)

    def path(self, link: LinkId) -> str:
        """``/c/<link>.<mac>``."""
        return f"{CLICKS}{link}.{_mac(self.secrets[0], f'link {link}')}"

    def ending(self, issue: IssueId, who: SubscriberId) -> str:
        """What the links of an issue end in for a reader who agreed to be told apart."""
        return f"-{who}.{_mac(self.secrets[0], f'reader {issue} {who}')}"

    def read(self, name: str) -> tuple[LinkId, str] | None:
        """Which link ``<link>.<mac>…`` means, and what follows; None for what we did not sign."""
        found = _NAME.fullmatch(name)
        if found is None:
            return None
        number, mac, ending = found.groups()
        return (LinkId(int(number)), ending or "") if self._ours(f"link {number}", mac) else None

    def reader(self, issue: IssueId, ending: str) -> SubscriberId | None:
        """Whose link of the issue ends so; None for what we did not sign."""
        found = _READER.fullmatch(ending)
        if found is None or not self._ours(f"reader {issue} {found[1]}", found[2]):
            return None
        return int(found[1])

    def _ours(self, told: str, mac: str) -> bool:
        good = [hmac.compare_digest(_mac(secret, told), mac) for secret in self.secrets]
        return any(good)


def _mac(secret: bytes, told: str) -> str:
    digest = hmac.digest(secret, told.encode(), "sha256")
    return base64.urlsafe_b64encode(digest)[:_LENGTH].decode("ascii")
