"""Posts signed JSON, and asks for addresses that wait for a sign of life. Bounded; follows nobody.

The signature is the one that ``/hooks/events`` asks of others: the HMAC-SHA256, in hex, of the Unix
seconds in ``Digest-Timestamp`` followed directly by the raw body.
"""

import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import httpx2

#: seconds to connect, and between two signs of life
PATIENCE = 5.0


class NotTakenError(OSError):
    """Nobody was there, or they did not take it. Says no address: that may be a secret."""


class Poster:
    """Signs with ``key`` and posts to ``url``."""

    def __init__(self, url: str, key: bytes, now: Callable[[], datetime]) -> None:
        self._url = url
        self._key = key
        self._now = now

    def __call__(self, name: str, told: Mapping[str, Any]) -> str:
        """Post; returns the status. Raises NotTakenError for any but 2xx.

        ``name`` stays the same however often it is posted: whoever gets it can tell.
        """
        body = json.dumps(told, ensure_ascii=False).encode()
        stamp = str(int(self._now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": name,
            "Digest-Timestamp": stamp,
            "Digest-Signature": hmac.digest(self._key, stamp.encode() + body, "sha256").hex(),
        }
        return _ask("POST", self._url, headers, body)


def ask(url: str) -> str:
    """GET; returns the status. Raises NotTakenError for any but 2xx."""
    return _ask("GET", url, {}, b"")


def _ask(method: str, url: str, headers: Mapping[str, str], body: bytes) -> str:
    told = {"User-Agent": "newsletter-digest", **headers}
    try:
        with (
            httpx2.Client(timeout=PATIENCE, trust_env=False) as client,
            # Streamed: nobody wants what it says.
            client.stream(method, url, headers=told, content=body or None) as answer,
        ):
            status = answer.status_code
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise NotTakenError(0, type(error).__name__) from None
    if not 200 <= status < 300:
        raise NotTakenError(0, f"answered {status}")
    return str(status)
