"""Every error this package raises on purpose, and the exit codes of the command line.

::

    DigestError                     carries ids, never bodies or addresses
    ├── SourceError                 one source could not be read; the others go on
    ├── StoryError                  one story cannot be used; the others go on
    ├── TemplateError               a template does not compile: file, line, what is allowed
    ├── TransportError              a provider could not be used at all; the issue stops
    ├── NotFoundError               no such edition, issue, story or segment
    ├── InvalidError                somebody typed what cannot be used
    ├── WithdrawnError              it was there, and was taken back
    ├── UnsoundError                what a send stands on does not add up; nothing of it goes
    ├── RefusedError                somebody is not let in, or not to that
    └── WrongStateError             the thing exists, but not in a state that allows this
        ├── BlockedError            preflight found what no reader should get
        ├── StrangerError           the database may be a copy; nothing goes until it is adopted
        └── ConflictError           somebody else changed it since it was looked at
    ConfigError                     not a DigestError, so that no retry can swallow it
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What a command's exit status says. Documented in docs/cli.md."""

    DONE = 0
    #: an error of ours or of the machine; nothing was lost
    ERROR = 1
    #: the command line itself was wrong
    USAGE = 2
    #: config.toml, the environment or a secret file is wrong
    CONFIG = 3
    #: the rest went on, but something was left out: a source failed, rows were rejected
    PARTIAL = 4
    #: deliveries are in doubt and wait for a decision
    DOUBTFUL = 5
    #: refused: an approval, a required setting or a check is missing
    REFUSED = 6
    #: preflight found what keeps the issue from going
    BLOCKED = 7
    #: fsck, or a send, found something that must never be
    UNSOUND = 8
    #: doctor found what keeps mail from going, arriving or being safe
    UNWELL = 9
    #: a passing fault; run it again later
    TEMPORARY = 75


class DigestError(Exception):
    """Something went wrong in the digest.

    ``ids`` name what it happened to (``issue=12``, ``source="wire"``). Never put a body, an
    e-mail address or a secret there: errors are logged.
    """

    #: how a command ends on it
    exit_code: ClassVar[ExitCode] = ExitCode.ERROR

    def __init__(self, message: str = "", *, hint: str = "", **ids: object) -> None:
        self.message = message or (self.__doc__ or "").split("\n", 1)[0]
        self.hint = hint
        self.ids = ids
        super().__init__(self.message)

    def __str__(self) -> str:
        ids = ", ".join(f"{key}={value}" for key, value in self.ids.items())
        text = f"{self.message} ({ids})" if ids else self.message
        return f"{text}. {self.hint[0].upper()}{self.hint[1:]}" if self.hint else text


class SourceError(DigestError):
    """A source could not be read."""


class StoryError(DigestError):
    """A story cannot be used."""


class TemplateError(DigestError):
    """A template does not compile."""


class TransportError(DigestError):
    """A transport cannot be used."""


class NotFoundError(DigestError, LookupError):
    """There is no such thing."""


class InvalidError(DigestError, ValueError):
    """That cannot be used."""


class WithdrawnError(DigestError, LookupError):
    """It was there, and was taken back."""


class UnavailableError(DigestError):
    """It cannot be told at the moment: the database does not answer."""


class UnsoundError(DigestError):
    """What a send stands on does not add up."""

    exit_code = ExitCode.UNSOUND


class RefusedError(DigestError):
    """Somebody is not let in."""


class WrongStateError(DigestError):
    """That cannot be done in this state."""

    exit_code = ExitCode.REFUSED


class BlockedError(WrongStateError):
    """Preflight keeps it from going."""


class StrangerError(WrongStateError):
    """This database may be a copy of another."""


class ConflictError(WrongStateError):
    """Somebody else changed it meanwhile.

    ``revision`` is what it stands at now, ``who`` changed it last (empty: a refresh), ``changes``
    tells in words what is different.
    """

    def __init__(self, revision: int, who: str, changes: Sequence[str], **ids: object) -> None:
        self.revision = revision
        self.who = who
        self.changes = tuple(changes)
        told = f"{who or 'a refresh'} changed the issue meanwhile"
        super().__init__(told, hint="look at it again, then decide", **ids)


@dataclass(frozen=True, slots=True)
class ConfigMistake:
    """One mistake in the configuration, told so that a person can mend it."""

    #: dotted path in config.toml, e.g. ``editions[0].time``
    key: str
    #: what is wrong and what is allowed, without any secret
    problem: str


class ConfigError(Exception):
    """The configuration is wrong. Reports every mistake at once."""

    exit_code: ClassVar[ExitCode] = ExitCode.CONFIG

    def __init__(self, where: str, mistakes: Sequence[ConfigMistake]) -> None:
        self.where = where
        self.mistakes = tuple(mistakes)
        super().__init__(str(self))

    def __str__(self) -> str:
        lines = [f"  {mistake.key}: {mistake.problem}" for mistake in self.mistakes]
        count = len(lines)
        return "\n".join([f"{self.where}: {count} mistake{'s' * (count != 1)}", *lines])
