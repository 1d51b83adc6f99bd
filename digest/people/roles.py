"""Who may do what at the desk: one table of permissions and roles. Pure.

A role is granted for one edition or for all of them. What concerns the whole newsroom (its people,
its sources, its readers) needs a grant for all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from digest.people.keys import USUAL, Keys


class Role(StrEnum):
    """What somebody is to the newsroom."""

    #: sees issues
    VIEWER = "viewer"
    #: chooses stories and words
    EDITOR = "editor"
    #: answers for what goes out
    SENDER = "sender"
    #: answers for who may do what
    ADMIN = "admin"
    #: sees readers' data; nobody has it by another role
    READERS = "readers"


class Permission(StrEnum):
    """What a page of the desk asks for."""

    VIEW = "view"
    #: pin, remove, reorder, write texts
    EDIT = "edit"
    #: a marked copy to an address
    TEST_SEND = "test_send"
    #: hold everything back: the safe direction, so it is asked for without a second look
    PAUSE = "pause"
    APPROVE = "approve"
    #: send now, resume, stop, decide on doubtful deliveries, correction, extra issue
    SEND = "send"
    #: withdraw a web copy, bring it back
    ARCHIVE = "archive"
    SOURCES = "sources"
    #: look a subscriber up; each look is written down
    READERS = "readers"
    #: take readers' data out
    EXPORT = "export"
    #: erase a reader for good
    ERASE = "erase"
    #: invite, grant, disable
    PEOPLE = "people"
    #: read who did what
    AUDIT = "audit"
    #: one's own account; every person has it
    ACCOUNT = "account"


_SEEING = frozenset({Role.VIEWER, Role.EDITOR, Role.SENDER, Role.ADMIN})
_EDITING = frozenset({Role.EDITOR, Role.SENDER, Role.ADMIN})
_SENDING = frozenset({Role.SENDER, Role.ADMIN})

MATRIX: Final[Mapping[Permission, frozenset[Role]]] = {
    Permission.VIEW: _SEEING,
    Permission.EDIT: _EDITING,
    Permission.TEST_SEND: _EDITING,
    Permission.PAUSE: _EDITING,
    Permission.APPROVE: _SENDING,
    Permission.SEND: _SENDING,
    Permission.ARCHIVE: _SENDING,
    Permission.SOURCES: _EDITING,
    Permission.READERS: frozenset({Role.READERS}),
    Permission.EXPORT: frozenset({Role.READERS}),
    Permission.ERASE: frozenset({Role.READERS}),
    Permission.PEOPLE: frozenset({Role.ADMIN}),
    Permission.AUDIT: frozenset({Role.ADMIN}),
    Permission.ACCOUNT: frozenset(Role),
}
#: what belongs to no edition: only a grant for all of them gives it
NEWSROOM_WIDE: Final = frozenset(
    {
        Permission.SOURCES,
        Permission.READERS,
        Permission.EXPORT,
        Permission.ERASE,
        Permission.PEOPLE,
        Permission.AUDIT,
    }
)
#: what is asked for again with proof of who sits there, unless they gave it a moment ago
CONFIRMED: Final = frozenset(
    {
        Permission.SEND,
        Permission.EXPORT,
        Permission.ERASE,
        Permission.PEOPLE,
        Permission.AUDIT,
    }
)


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """A role for one edition; empty: for all."""

    role: Role
    edition: str = ""

    def __str__(self) -> str:
        return f"{self.role}:{self.edition}" if self.edition else str(self.role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who works at the desk. Their address is staff's, never a reader's."""

    #: none: whoever sits at this machine, on a trial
    id: int | None
    name: str
    email: str = ""
    grants: frozenset[Grant] = frozenset()
    #: which keys do what
    keys: Keys = field(default_factory=lambda: USUAL, hash=False, compare=False)

    def may(self, permission: Permission, edition: str | None = None) -> bool:
        """Whether they may do that in an edition; None: in any of them."""
        if permission is Permission.ACCOUNT:
            return self.id is not None
        roles = MATRIX[permission]
        return any(
            grant.role in roles and _reaches(grant, permission, edition) for grant in self.grants
        )


def _reaches(grant: Grant, permission: Permission, edition: str | None) -> bool:
    if not grant.edition:
        return True
    return permission not in NEWSROOM_WIDE and edition in {None, grant.edition}


def operator(*, trial: bool) -> Person:
    """Whoever sits at the machine while nobody has an account: all on a trial, else only to look.

    With real readers, what changes an issue must have somebody's name on it.
    """
    roles = Role if trial else (Role.VIEWER,)
    return Person(id=None, name="this machine", grants=frozenset(Grant(role) for role in roles))


def grants_of(words: list[str], editions: frozenset[str]) -> frozenset[Grant]:
    """Grants as a person writes them: ``editor``, ``editor:morning``. Raises ValueError."""
    return frozenset(_grant(word, editions) for word in words)


def _grant(word: str, editions: frozenset[str]) -> Grant:
    name, _, edition = word.partition(":")
    try:
        role = Role(name)
    except ValueError as error:
        raise ValueError(f"{name!r} is no role; there are {', '.join(Role)}") from error
    if not edition:
        return Grant(role)
    if edition not in editions:
        raise ValueError(f"{edition!r} is no edition; there are {', '.join(sorted(editions))}")
    if role in {Role.ADMIN, Role.READERS}:
        raise ValueError(f"{role} is a role for the whole newsroom, not for one edition")
    return Grant(role, edition)
