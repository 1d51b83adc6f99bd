"""Signatures over what is posted to us, checked on the raw bytes.

SendGrid signs timestamp and body with ECDSA over SHA-256; for all others we ask for HMAC-SHA256 of
the same. Both are good for longer than a retry takes: what is posted twice is told by its ids.
"""

import base64
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

#: a timestamp longer than it is none
_TIMESTAMP = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A body as it came, with what its headers say; missing ones are empty."""

    body: bytes
    timestamp: str
    signature: str


def by_ecdsa(
    told: Signed, keys: Sequence[ec.EllipticCurvePublicKey], now: datetime, window: timedelta
) -> bool:
    """Whether one of ``keys`` signed it within ``window``; a window of 0 is without end."""
    if not _timely(told.timestamp, now, window):
        return False
    try:
        signature = base64.b64decode(told.signature, validate=True)
    except ValueError:
        return False
    data = told.timestamp.encode() + told.body
    return any(_verifies(key, signature, data) for key in keys)


def by_hmac(told: Signed, keys: Sequence[bytes], now: datetime, window: timedelta) -> bool:
    """Whether it holds the HMAC-SHA256, in hex, of timestamp and body under one of ``keys``."""
    if not _timely(told.timestamp, now, window):
        return False
    data = told.timestamp.encode() + told.body
    given = told.signature.lower().encode("utf-8", "replace")
    made = [hmac.digest(key, data, "sha256").hex().encode() for key in keys]
    return any(hmac.compare_digest(one, given) for one in made)


def _timely(timestamp: str, now: datetime, window: timedelta) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _TIMESTAMP):
        return False
    return not window or abs(now.timestamp() - int(timestamp)) <= window.total_seconds()


def _verifies(key: ec.EllipticCurvePublicKey, signature: bytes, data: bytes) -> bool:
    try:
        key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True
