"""Random names that stand for somebody: in a cookie, in a link. Only their hash is kept."""

import hashlib
import secrets

#: bytes of chance in one
BYTES = 32


def fresh() -> str:
    """A token of 256 bits: 43 characters that need no quoting in a cookie or a URL."""
    return secrets.token_urlsafe(BYTES)


def hashed(token: str) -> str:
    """What is kept of it. No salt: nobody guesses 256 bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
