"""Where variants stand on the web: addresses that nobody can guess, and that say nobody's name."""

import base64
import hmac
from dataclasses import dataclass, field

from digest.model import VariantId

#: what their paths start with
COPIES = "/v/"
#: characters of base64url: 132 bits, as in a leave key
_LENGTH = 22
_LONGEST_ID = 19


@dataclass(frozen=True, slots=True)
class CopyLinks:
    """Signs the numbers of variants: all readers of one share its address."""

    #: newest first; earlier ones still open what they made
    secrets: tuple[bytes, ...] = field(repr=False)

    def path(self, variant: VariantId) -> str:
        """``/v/<number>-<signature>``."""
        return f"{COPIES}{variant}-{_signature(self.secrets[0], variant)}"

    def read(self, name: str) -> VariantId | None:
        """Which variant ``<number>-<signature>`` means; None for what we did not sign."""
        number, _, signature = name.partition("-")
        if not (number.isascii() and number.isdigit() and len(number) <= _LONGEST_ID):
            return None
        variant = VariantId(int(number))
        good = [
            hmac.compare_digest(_signature(secret, variant).encode(), signature.encode())
            for secret in self.secrets
        ]
        return variant if any(good) and str(variant) == number else None


def _signature(secret: bytes, variant: VariantId) -> str:
    digest = hmac.digest(secret, str(variant).encode(), "sha256")
    return base64.urlsafe_b64encode(digest)[:_LENGTH].decode("ascii")
