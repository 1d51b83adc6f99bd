"""What is wrong in a template, told so that a person can mend it."""

from collections.abc import Iterable
from dataclasses import dataclass

from digest.errors import TemplateError


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake in a template file. ``line`` counts from 1; 0 stands for the whole file."""

    file: str
    line: int
    #: what is wrong and what is allowed
    problem: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.problem}"


class BadTemplateError(TemplateError):
    """A template does not compile; carries every mistake found, in order of file and line."""

    def __init__(self, template: str, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes)))
        super().__init__("\n".join(map(str, self.mistakes)), template=template)
