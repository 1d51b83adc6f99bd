"""Passwords: what one may be, and how one is kept (Argon2id, RFC 9106, numbers of OWASP).

Length is the only rule, and paste is welcome: NIST SP 800-63B §3.1.1.2 asks for fifteen characters
where a password is all there is, and for no rules of composition.
"""

import threading
import unicodedata
from functools import cached_property

#: in characters
SHORTEST = 15
LONGEST = 256
#: OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane
MEMORY_KIB, PASSES, LANES = 19 * 1024, 2, 1
#: hashed at a time: a crowd at the door must not fill the memory
AT_ONCE = 4


def objection(password: str, *own: str) -> str:
    """What speaks against a password, for a person; empty: nothing. ``own``: name, address."""
    plain = unicodedata.normalize("NFKC", password)
    if len(plain) < SHORTEST:
        return f"Use {SHORTEST} characters or more. Four or five words in a row are easy to keep."
    if len(plain) > LONGEST:
        return f"Use at most {LONGEST} characters."
    if plain.casefold().strip() in {one.casefold() for one in own if one}:
        return "Use something other than your name or address."
    if len(set(plain.casefold())) < 4:
        return "Use more than one or two different characters."
    return ""


class Passwords:
    """Hashes and checks. A check takes as long for nobody's password as for somebody's."""

    def __init__(self) -> None:
        # Most commands check no password.
        from argon2 import PasswordHasher

        self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._room = threading.BoundedSemaphore(AT_ONCE)

    def hashed(self, password: str) -> str:
        """What is kept of a password: algorithm, numbers, salt and hash."""
        with self._room:
            return self._hasher.hash(unicodedata.normalize("NFKC", password))

    def fits(self, kept: str | None, password: str) -> bool:
        """Whether this is the password. None: there is none, which takes as long to say."""
        from argon2.exceptions import InvalidHashError, VerificationError

        given = unicodedata.normalize("NFKC", password)[: LONGEST + 1]
        with self._room:
            try:
                self._hasher.verify(kept or self._nobodys, given)
            except (VerificationError, InvalidHashError):
                return False
        return kept is not None

    def ages(self, kept: str) -> bool:
        """Whether it was hashed with other numbers than today's."""
        return self._hasher.check_needs_rehash(kept)

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("nobody has this password")
