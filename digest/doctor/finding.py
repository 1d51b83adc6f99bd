"""What ``digest doctor`` says of one thing that it looked at."""

from dataclasses import dataclass
from enum import StrEnum

from digest.errors import DigestError


class Severity(StrEnum):
    """How much a finding matters."""

    OK = "ok"
    #: good to know; nothing has to be done
    NOTE = "note"
    #: works today; mend it before it does not
    WARNING = "warning"
    #: mail does not go, does not arrive, or is not safe
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at: how it is, and how to mend it."""

    #: which check: ``spf``, ``database``…; stable, so that scripts can name it
    check: str = ""
    severity: Severity
    #: what was seen, in one sentence; never a secret or a reader's address
    what: str
    #: how to mend it; empty where nothing is wrong
    fix: str = ""
    #: where docs tell more
    link: str = ""


class PassedOverError(DigestError):
    """A check has nothing to look at here; its message says why."""


def ok(what: str) -> Finding:
    """All is well: told only where the check complains of nothing."""
    return Finding(severity=Severity.OK, what=what)


def note(what: str, fix: str = "") -> Finding:
    """Good to know."""
    return Finding(severity=Severity.NOTE, what=what, fix=fix)


def warning(what: str, fix: str) -> Finding:
    """To be mended some day."""
    return Finding(severity=Severity.WARNING, what=what, fix=fix)


def error(what: str, fix: str) -> Finding:
    """To be mended now."""
    return Finding(severity=Severity.ERROR, what=what, fix=fix)
