"""DKIM keys in DNS (RFC 6376 §3.6.1, RFC 8301, RFC 8463). Pure."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A record under ``SELECTOR._domainkey``."""

    tags: Mapping[str, str]
    #: why receivers cannot use it; empty if they can
    broken: str = ""
    #: of RSA; 0: of another kind, or broken
    bits: int = 0

    @property
    def testing(self) -> bool:
        """Receivers treat its mail as unsigned."""
        return "y" in self.tags.get("t", "").replace(" ", "").split(":")

    @property
    def value(self) -> str:
        """The key itself, in base64 without white space."""
        return self.tags.get("p", "")


def read(text: str) -> Key:
    """What a record says."""
    tags: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            tags.setdefault(name.strip().lower(), "".join(value.split()))
    bits, broken = 0, _unusable(tags)
    if not broken and tags.get("k", "rsa") == "rsa":
        bits = _bits(tags["p"])
        broken = "" if bits else "holds no RSA key"
    return Key(tags=tags, broken=broken, bits=bits)


def _unusable(tags: Mapping[str, str]) -> str:
    if "p" not in tags:
        return "holds no key (p=)"
    if not tags["p"]:
        return "is revoked: p= is empty"
    if tags.get("v", "DKIM1") != "DKIM1":
        return "is of a version that nobody knows"
    if tags.get("k", "rsa") not in {"rsa", "ed25519"}:
        return f"holds a key of a kind that nobody knows: {tags['k'][:20]}"
    if "sha256" not in tags.get("h", "sha256").split(":"):
        return "does not allow SHA-256 (h=)"
    if not {"*", "email"} & set(tags.get("s", "*").split(":")):
        return "is not for mail (s=)"
    return ""


def _bits(value: str) -> int:
    try:
        key = load_der_public_key(b64decode(value, validate=True))
    except (ValueError, UnsupportedAlgorithm):
        return 0
    return key.key_size if isinstance(key, RSAPublicKey) else 0
