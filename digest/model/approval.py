"""Approval: who has to say yes to an issue before it goes, and what happens where nobody does."""

from enum import StrEnum


class Approval(StrEnum):
    """Whether an issue waits for people."""

    #: it goes by itself; nobody is asked
    NONE = "none"
    #: people are asked, and it goes without an answer too
    OPTIONAL = "optional"
    #: one person approves its revision, or it does not go
    REQUIRED = "required"
    #: two different people do, the second of whom did not edit it last
    TWO_PERSON = "two_person"

    @property
    def required(self) -> bool:
        """Whether only an approved revision may go."""
        return self in {Approval.REQUIRED, Approval.TWO_PERSON}

    @property
    def people(self) -> int:
        """How many have to approve a revision for it to be approved."""
        return 2 if self is Approval.TWO_PERSON else 1


class NoApproval(StrEnum):
    """What becomes of an issue that is required to be approved, and is not when it is due."""

    HOLD = "hold"
    SEND = "send"
    SKIP = "skip"


class Withdrawn(StrEnum):
    """What the last look does about a story that its publisher took back."""

    #: a reserve takes its place
    REPLACE = "replace"
    HOLD = "hold"


class SiteTrouble(StrEnum):
    """What the last look does where a site gives no clear answer."""

    SEND = "send"
    HOLD = "hold"
