"""What accounts, logging in and the record stand on."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy.engine import Connection, Engine

from digest.errors import RefusedError
from digest.people.audit import Act
from digest.people.passwords import Passwords
from digest.protocols import Clock
from digest.store import audit

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who does something, as the record tells it."""

    name: str
    person: int | None = None
    place: str = ""
    session: str = ""


COMMAND_LINE = Actor(name="command line")


@dataclass(frozen=True, kw_only=True)
class House:
    """The database, the time and the keys."""

    engine: Engine
    clock: Clock
    #: what the newsroom is called: authenticator apps show it
    newsroom: str
    #: whether passwords want a second proof beside them
    second_step: bool
    #: never changes: the record and the recovery codes hang on it
    pepper: str
    #: newest first; what was sealed with earlier ones can still be opened
    sealing: Sequence[bytes]

    @cached_property
    def passwords(self) -> Passwords:
        """Hashes and checks."""
        return Passwords()

    @cached_property
    def audit_key(self) -> bytes:
        """What the record is sealed with."""
        return self._key("audit")

    @cached_property
    def code_key(self) -> bytes:
        """What recovery codes are hashed with."""
        return self._key("recovery codes")

    def try_hash(self, kind: str, value: str) -> str:
        """What tries are counted by: an account or a place, known or not."""
        return hmac.digest(self._key("tries"), f"{kind} {value}".encode(), hashlib.sha256).hex()

    def seal(self, text: str) -> str:
        """Encrypt a short text."""
        return self._box.encrypt(text.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """The text again. Raises RefusedError."""
        from cryptography.fernet import InvalidToken

        try:
            return self._box.decrypt(sealed.encode("ascii", "replace")).decode()
        except InvalidToken as error:
            raise RefusedError("this was not sealed with a key of ours") from error

    def record(
        self,
        connection: Connection,
        by: Actor,
        what: str,
        about: str = "",
        *,
        before: str = "",
        after: str = "",
    ) -> None:
        """Write down what somebody did, in the transaction that did it."""
        act = Act(
            at=self.clock.now(),
            who=by.name,
            person=by.person,
            what=what,
            about=about,
            before=before,
            after=after,
            place=by.place,
            session=by.session,
        )
        audit.add(connection, act, self.audit_key)

    @cached_property
    def _box(self) -> "MultiFernet":
        from cryptography.fernet import Fernet, MultiFernet

        return MultiFernet([Fernet(base64.urlsafe_b64encode(one)) for one in self.sealing])

    def _key(self, purpose: str) -> bytes:
        return hmac.digest(self.pepper.encode(), f"desk {purpose}".encode(), hashlib.sha256)
