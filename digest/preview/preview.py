"""What an editor looks at: one mail of one issue, and nothing of any reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from digest.model import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Bytes of a mail with links as long as a reader's own."""

    html: int
    text: int
    #: the whole message, headers and transfer encodings too
    message: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A rendered mail whose links to leave and to choose lead nowhere."""

    #: the name that stands in From
    sender: str
    subject: str
    preheader: str
    language: str
    html: str
    text: str
    sizes: Sizes


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """One issue as one group of readers would get it, and what a preflight says of it."""

    #: the edition's slug, and its name
    edition: str
    name: str
    date: date
    #: 0: not opened yet
    issue: int
    state: str
    #: why it was skipped, held or missed
    reason: str
    #: when it is due, by the edition's clock
    due: str
    stories: int
    #: for whom, in words; never an address
    readers: str
    #: why these readers get no mail at all
    left_out: str
    #: where pictures may come from besides https: a trial's own pages
    pictures: str
    #: None where no story is left: nobody gets an empty mail
    mail: Mail | None
    findings: Sequence[Finding]
