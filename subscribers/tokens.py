"""Links that say who clicked: the leave key, for ever, and tokens, each for one thing and a time.

A leave key can only leave. It is derived from its subscription, so that every mail carries the
same short one, and the database keeps only its hash: a stolen backup opens nothing.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from itsdangerous import BadData, SignatureExpired, TimestampSigner, URLSafeTimedSerializer

from subscribers.errors import BadTokenError


class Scope(StrEnum):
    """What a token may do; one of another scope does not."""

    #: see and change preferences
    MANAGE = "manage"
    #: say yes to what was asked for on a form: subscriber, then editions
    CONFIRM = "confirm"
    #: take one's data, erase it, ask for another address: subscriber
    FRESH = "fresh"
    #: take back that editions were left: subscriber, then editions; or a leave key's hash, scope
    UNDO = "undo"
    #: say yes to a new address, from there: subscriber, id of the change
    ADDRESS = "address"
    #: go on getting mail, when asked after years: subscriber
    STAY = "stay"


#: how long each works
LIFE = {
    Scope.MANAGE: timedelta(days=30),
    Scope.CONFIRM: timedelta(days=7),
    Scope.FRESH: timedelta(hours=1),
    Scope.UNDO: timedelta(days=30),
    Scope.ADDRESS: timedelta(days=7),
    Scope.STAY: timedelta(days=60),
}
MANAGE_DAYS = LIFE[Scope.MANAGE]
#: what a token is about: ids and slugs, never an address
About = Sequence[int | str]
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
    return token(keys, Scope.MANAGE, [subscriber], now)


def read_manage_token(keys: Keys, token: str, now: datetime) -> int:
    """Whose token this is.

    Raises BadTokenError, the same for forged, foreign and expired.
    """
    about = read_token(keys, Scope.MANAGE, token, now)
    match about:
        case [int(subscriber)]:
            return subscriber
    raise BadTokenError


def token(keys: Keys, scope: Scope, about: About, now: datetime) -> str:
    """A token for what its scope says, for as long as that lives."""
    return str(_serializer(keys, now).dumps([scope.value, *about]))


def read_token(keys: Keys, scope: Scope, given: str, now: datetime) -> list[Any]:
    """What the token is about.

    Raises BadTokenError, the same for forged, of another scope, and expired.
    """
    try:
        # Two calls, since itsdangerous forgives a token its last second.
        payload, made_at = _serializer(keys, now).loads(given, return_timestamp=True)
    except (BadData, SignatureExpired, ValueError):
        raise BadTokenError from None
    match payload:
        case [said, *about] if said == scope.value:
            age = now.astimezone(UTC) - made_at
            # A minute of grace for two machines' clocks.
            if timedelta(minutes=-1) <= age <= LIFE[scope]:
                return about
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
