"""A template's text with its partials in place, and where each line of it came from.

Partials are named by ``{% include "partials/card.mjml" %}`` or ``<mj-include path="…"/>`` and are
looked up in the template folders only, first match wins: a newsroom overrides one partial with a
file of the same name. The MJML engine never loads anything itself (a circular include kills it).
"""

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from digest.render.mistakes import BadTemplateError, Mistake

#: Jinja2's three kinds of tag, as the engine must never see them
TAG = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)

_NAME = re.compile(r"[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*\.(?:mjml|txt)")
_COMMENT = r"\{#.*?#\}|<!--(?!\[if|<!\[endif).*?-->"
_INCLUDE = re.compile(
    rf"(?P<comment>{_COMMENT})"
    r"|\{%-?\s*include\s+(?P<jinja>[^%]*?)\s*-?%\}"
    r"|<mj-include(?P<mjml>[^>]*?)/?>(?:\s*</mj-include>)?",
    re.DOTALL,
)
_QUOTED = re.compile(r"(?:\s*path\s*=\s*)?([\"'])(.*?)\1\s*")
_DEEPEST = 12
_LARGEST = 400_000


@dataclass(frozen=True, slots=True)
class Source:
    """A template's whole text. ``stretches`` tell (offset, file, line), ascending."""

    name: str
    text: str
    stretches: tuple[tuple[int, str, int], ...]

    @property
    def digest(self) -> str:
        """SHA-256 of the whole text, partials included."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def at(self, offset: int) -> tuple[str, int]:
        """File and line of the character at ``offset``."""
        index = bisect_right(self.stretches, offset, key=lambda stretch: stretch[0]) - 1
        start, file, line = self.stretches[index]
        return file, line + self.text.count("\n", start, offset)

    def lines(self) -> list[tuple[str, int]]:
        """File and line of each line of the text."""
        starts = [0, *(found.end() for found in re.finditer("\n", self.text))]
        return [self.at(start) for start in starts]

    def mistake(self, offset: int, problem: str) -> Mistake:
        """A mistake at ``offset``."""
        return Mistake(*self.at(offset), problem)


def read(folders: Sequence[Path], name: str) -> Source:
    """Read a template and its partials from ``folders``, the newsroom's own folder first.

    Comments of Jinja2 and ordinary comments of HTML are left out; line numbers stay true.
    Raises BadTemplateError where a file is missing, lies outside the folders or includes itself.
    """
    reader = _Reader(folders, name)
    pieces = list(reader.pieces(name, (), Mistake(name, 0, "")))
    text, stretches = "", []
    for file, line, piece in pieces:
        stretches.append((len(text), file, line))
        text += piece
    if len(text) > _LARGEST:
        problem = f"{len(text)} characters with its partials; at most {_LARGEST} are allowed"
        reader.mistakes.append(Mistake(name, 0, problem))
    if reader.mistakes:
        raise BadTemplateError(name, reader.mistakes)
    return Source(name, text, tuple(stretches))


class _Reader:
    """Reads one template; collects what is wrong on the way."""

    def __init__(self, folders: Sequence[Path], template: str) -> None:
        self.folders = [folder.resolve() for folder in folders]
        self.template = template
        self.mistakes: list[Mistake] = []
        self._budget = 200

    def pieces(
        self, name: str, above: tuple[str, ...], asked: Mistake
    ) -> Iterator[tuple[str, int, str]]:
        """(file, line, text) stretches of a file; ``asked`` is where it was included."""
        text = self._text(name, above, asked)
        at = 0
        for match in _INCLUDE.finditer(text):
            yield name, text.count("\n", 0, at) + 1, text[at : match.start()]
            at = match.end()
            line = text.count("\n", 0, match.start()) + 1
            if match["comment"] is not None:
                yield name, line, "\n" * match[0].count("\n")
                continue
            quoted = _QUOTED.fullmatch(match["jinja"] or match["mjml"] or "")
            if quoted is None:
                problem = 'an include names one quoted file and nothing else: "partials/card.mjml"'
                self.mistakes.append(Mistake(name, line, problem))
                continue
            yield from self.pieces(quoted[2], (*above, name), Mistake(name, line, ""))
        yield name, text.count("\n", 0, at) + 1, text[at:]

    def _text(self, name: str, above: tuple[str, ...], asked: Mistake) -> str:
        problem = self._refusal(name, above)
        if not problem:
            path = self._find(name)
            try:
                if path is not None:
                    return path.read_text("utf-8").replace("\r\n", "\n").replace("\r", "\n")
                folders = ", ".join(map(str, self.folders))
                problem = f"there is no {name!r} in the template folders ({folders})"
            except UnicodeDecodeError:
                problem = f"{name!r} is not UTF-8"
            except OSError as error:
                problem = f"{name!r} cannot be read: {error.strerror}"
        self.mistakes.append(Mistake(asked.file, asked.line, problem))
        return ""

    def _refusal(self, name: str, above: tuple[str, ...]) -> str:
        self._budget -= 1
        if not _NAME.fullmatch(name):
            return f"{name!r} is not allowed: a path inside the template folders, .mjml or .txt"
        if name in above:
            return f"{name!r} includes itself: {' → '.join((*above, name))}"
        if len(above) >= _DEEPEST or self._budget < 0:
            return f"too many includes: at most {_DEEPEST} deep and 200 in all"
        return ""

    def _find(self, name: str) -> Path | None:
        for folder in self.folders:
            path = (folder / name).resolve()
            if path.is_file() and path.is_relative_to(folder):
                return path
        return None
