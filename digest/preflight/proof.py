"""A proof: the mail laid out for the checks, read once for all of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from digest.model import Finding, Level
from digest.preflight.mail import Answer, Mail, Standard
from digest.preflight.page import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a check may look at."""

    mail: Mail
    page: Page
    standard: Standard
    #: where and what of all that people wrote, cleaned as for readers
    texts: tuple[tuple[str, str], ...]
    #: address → what it answered; empty: none was tried
    answers: Mapping[str, Answer]

    def wrote(self, words: str) -> bool:
        """Whether ``words`` stand in what people gave us, whatever their case."""
        meant = words.casefold()
        given = (*(text for _, text in self.texts), *self.mail.urls())
        return any(meant in text.casefold() for text in given)


def passed(check: str, why: str) -> Finding:
    """What was looked at and is well."""
    return Finding(check=check, level=Level.PASS, why=why)


def warn(check: str, why: str, *, where: str = "", fix: str = "") -> Finding:
    """What an editor should look at."""
    return Finding(check=check, level=Level.WARN, why=why, where=where, fix=fix)


def block(check: str, why: str, *, where: str = "", fix: str = "") -> Finding:
    """What keeps the issue from going."""
    return Finding(check=check, level=Level.BLOCK, why=why, where=where, fix=fix)
