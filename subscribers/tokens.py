"""Links that say who clicked: the leave key, for ever, and the manage token, for 30 days.

A leave key can only leave. It is derived from its subscription, so that every mail carries the
same short one, and the database keeps only its hash: a stolen backup opens nothing.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from itsdangerous import BadData, SignatureExpired, TimestampSigner, URLSafeTimedSerializer

from subscribers.errors import BadTokenError

MANAGE = "manage"
MANAGE_DAYS = timedelta(days=30)
#: 22 characters of base64url are 132 bits; with ``https://host/u/`` a URL stays under 72
LEAVE_KEY_LENGTH = 22
MINIMUM_SECRET = 32


@dataclass(frozen=True, slots=True)
class LeaveSecret:
    """A secret that leave keys are made of. Its id is kept beside each key's hash."""

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The secrets of ``subscribers``, newest first; earlier ones still open what they made."""

    leave: tuple[LeaveSecret, ...]
    manage: tuple[str, ...] = field(repr=False)
    #: keys the hashes of suppressed addresses; changing it would forget every suppression
    pepper: str = field(repr=False)

    def __post_init__(self) -> None:
        secrets = [one.secret for one in self.leave] + [*self.manage, self.pepper]
        if not self.leave or not self.manage or min(map(len, secrets)) < MINIMUM_SECRET:
            raise ValueError(
                f"a leave secret, a manage secret and a pepper of {MINIMUM_SECRET} or more"
                " characters each are needed"
            )
        ids = {one.id for one in self.leave}
        if len(ids) != len(self.leave) or not all(0 < len(one) <= 20 for one in ids):
            raise ValueError("leave secrets need different ids of 1 to 20 characters")


def leave_key(secret: LeaveSecret, subscription: int) -> str:
    """The key in a mail's leave link: base64url of HMAC-SHA256, cut to 22 characters."""
    message = f"{secret.id}|{subscription}".encode()
    digest = hmac.digest(secret.secret.encode(), message, "sha256")
    return base64.urlsafe_b64encode(digest)[:LEAVE_KEY_LENGTH].decode("ascii")


def leave_key_hash(key: str) -> str:
    """What the database knows a leave key by."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def manage_token(keys: Keys, subscriber: int, now: datetime) -> str:
    """A token that opens one person's preference page for 30 days."""
    return str(_serializer(keys, now).dumps([MANAGE, subscriber]))


def read_manage_token(keys: Keys, token: str, now: datetime) -> int:
    """Whose token this is.

    Raises BadTokenError, the same for forged, foreign and expired.
    """
    try:
        # Two calls, since itsdangerous forgives a token its last second.
        payload, made_at = _serializer(keys, now).loads(token, return_timestamp=True)
    except (BadData, SignatureExpired, ValueError):
        raise BadTokenError from None
    match payload:
        case [scope, int(subscriber)] if scope == MANAGE:
            age = now.astimezone(UTC) - made_at
            # A minute of grace for two machines' clocks.
            if timedelta(minutes=-1) <= age <= MANAGE_DAYS:
                return subscriber
    raise BadTokenError


class _SignerAt(TimestampSigner):
    """itsdangerous' signer, at a time that it is given."""

    def __init__(self, *args: Any, at: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self._at = int(at.timestamp())

    def get_timestamp(self) -> int:
        """Seconds since the epoch."""
        return self._at


def _serializer(keys: Keys, now: datetime) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        # itsdangerous wants the newest last
        list(reversed(keys.manage)),
        salt="subscribers.manage",
        signer=_SignerAt,
        # its own default is SHA-1
        signer_kwargs={"digest_method": hashlib.sha256, "at": now},
    )
