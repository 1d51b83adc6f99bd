"""MJML with Jinja2 in it → HTML with Jinja2 in it, without showing the engine a single story.

1. read: partials in place (``source.py``); lint (``lint.py``)
2. shield: each Jinja2 tag becomes an ASCII sentinel; other text is armoured with numeric entities,
   since the engine Debug-formats attribute values and would corrupt Hindi, Arabic or an emoji
3. compile in a process of its own (``worker.py``): killable, and free to crash
4. restore: every tag must still be there, block tags exactly once

Each restored tag ends its line, so that a line number of the result names one tag of the source.
"""

import hashlib
import json
import re
import subprocess
import sys
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError

from digest.render.lint import lint, lint_text
from digest.render.mistakes import BadTemplateError, Mistake
from digest.render.slim import slim
from digest.render.source import TAG, Source

#: goes up when the same source compiles to something else
VERSION = 3
_WORKER = Path(__file__).with_name("worker.py")
_SENTINEL = re.compile(r"zJ(\d{4})Zj")
_STYLE = re.compile(r"(<mj-style\b[^>]*>)(.*?)(</mj-style\s*>)", re.DOTALL)
_ATTRIBUTES = re.compile(r"<mj-attributes\b.*?</mj-attributes\s*>", re.DOTALL)
_TITLE = re.compile(r"<mj-title\b.*?</mj-title\s*>", re.DOTALL)
_BLOCK = re.compile(r"(\{%[-+]?\s*block\s+)(\w+)")


@dataclass(frozen=True, slots=True)
class Compiled:
    """A Jinja2 template ready to render. ``places``: (line here, file, line there), ascending."""

    text: str
    places: tuple[tuple[int, str, int], ...]

    def at(self, line: int) -> tuple[str, int]:
        """File and line of the source that ``line`` of the text came from."""
        index = bisect_right(self.places, line, key=lambda place: place[0]) - 1
        _, file, there = self.places[max(index, 0)]
        return file, there


@dataclass(frozen=True, slots=True)
class Shielded:
    """Source as the engine may see it, and the tags taken out: (text, offset in the source)."""

    text: str
    tags: tuple[tuple[str, int], ...]


class Compiler:
    """Compiles templates and remembers the results by content.

    ``cache``: a folder that keeps them between processes too. ``seconds``: how long the engine may
    take. Safe to share between threads.
    """

    def __init__(self, *, cache: Path | None = None, seconds: float = 10.0) -> None:
        self._cache = cache
        self._seconds = seconds
        self._done: dict[str, Compiled] = {}

    def html(self, source: Source, own_hosts: Collection[str] = ()) -> Compiled:
        """Compile an MJML template. Raises BadTemplateError with file and line."""
        seed = json.dumps([VERSION, source.name, source.digest, sorted(own_hosts)])
        key = hashlib.sha256(seed.encode()).hexdigest()
        if key not in self._done:
            self._done[key] = self._kept(key) or self._keep(key, self._fresh(source, own_hosts))
        return self._done[key]

    def text(self, source: Source) -> Compiled:
        """Check a template of the text part; it stays as it is. Raises BadTemplateError."""
        key = f"text {source.name} {source.digest}"
        if key not in self._done:
            mistakes = [*lint_text(source), *_jinja_mistakes(source)]
            if mistakes:
                raise BadTemplateError(source.name, mistakes)
            places = [(number, *place) for number, place in enumerate(source.lines(), 1)]
            self._done[key] = Compiled(source.text, tuple(places))
        return self._done[key]

    def _fresh(self, source: Source, own_hosts: Collection[str]) -> Compiled:
        mistakes = [*lint(source, own_hosts), *_jinja_mistakes(source)]
        mistakes += [
            source.mistake(found.start(), f"{found[0]!r} is a name kept for the compiler")
            for found in _SENTINEL.finditer(source.text)
        ]
        if mistakes:
            raise BadTemplateError(source.name, mistakes)
        shielded = shield(source)
        html = self._engine(source, shielded.text)
        return restore(source, shielded, slim(html).replace('role="article"', 'role="main"', 1))

    def _engine(self, source: Source, armoured: str) -> str:
        # -P: this folder is not put on the import path, where our message.py would be found
        command = [sys.executable, "-P", str(_WORKER)]
        try:
            done = subprocess.run(  # noqa: S603 - our own interpreter and file
                command,
                input=armoured.encode("ascii"),
                capture_output=True,
                timeout=self._seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            problem = f"the MJML engine took more than {self._seconds:g} s and was stopped"
            raise BadTemplateError(source.name, [Mistake(source.name, 0, problem)]) from None
        if done.returncode == 0:
            return done.stdout.decode()
        if done.returncode == 3:
            problem = f"the MJML engine refused it: {_short(done.stderr)}"
        elif done.returncode < 0:
            problem = f"the MJML engine crashed on it (signal {-done.returncode})"
        else:
            problem = f"the MJML engine panicked on it: {_short(done.stderr)}"
        raise BadTemplateError(source.name, [Mistake(source.name, 0, problem)])

    def _kept(self, key: str) -> Compiled | None:
        path = self._cache and self._cache / f"{key}.json"
        if not path or not path.exists():
            return None
        try:
            kept = json.loads(path.read_text("utf-8"))
            return Compiled(kept["text"], tuple((a, b, c) for a, b, c in kept["places"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None  # a torn or foreign file: compile again

    def _keep(self, key: str, compiled: Compiled) -> Compiled:
        if self._cache:
            self._cache.mkdir(parents=True, exist_ok=True)
            part = self._cache / f"{key}.part"
            part.write_text(json.dumps(asdict(compiled)), "utf-8")
            part.replace(self._cache / f"{key}.json")
        return compiled


def shield(source: Source) -> Shielded:
    """Take the Jinja2 tags out and make the rest ASCII, but not in CSS, which knows no entities."""
    tags: list[tuple[str, int]] = []

    def take(tag: re.Match[str]) -> str:
        tags.append((tag[0], tag.start()))
        return f"zJ{len(tags) - 1:04d}Zj"

    text = TAG.sub(take, source.text)
    parts: list[str] = []
    at = 0
    for style in _STYLE.finditer(text):
        parts += [_armour(text[at : style.start()]), style[1], _css(style[2]), style[3]]
        at = style.end()
    parts.append(_armour(text[at:]))
    return Shielded("".join(parts), tuple(tags))


def restore(source: Source, shielded: Shielded, html: str) -> Compiled:
    """Put the tags back, each at the end of its line. Raises BadTemplateError if one was lost.

    The engine writes the title twice, for the window and for screen readers; Jinja2 wants blocks
    of different names, so the second is called ``title_2`` where the first is ``title``.
    """
    counts = [0] * len(shielded.tags)
    for found in _SENTINEL.finditer(html):
        counts[int(found[1])] += 1
    mistakes = []
    for (tag, offset), count in zip(shielded.tags, counts, strict=True):
        block = tag.startswith("{%")
        spare = not block and _inside(_ATTRIBUTES, source.text, offset)
        if count == 0 and not spare:
            problem = f"{tag} got lost in the MJML engine; it cannot stand in this place"
            mistakes.append(source.mistake(offset, problem))
        if block and count > 1 and not _inside(_TITLE, source.text, offset):
            problem = f"{tag} came out {count} times; a block tag cannot stand in this place"
            mistakes.append(source.mistake(offset, problem))
    if mistakes:
        raise BadTemplateError(source.name, mistakes)
    parts: list[str] = []
    places: list[tuple[int, str, int]] = [(1, source.name, 0)]
    line, at = 1, 0
    seen: Counter[int] = Counter()
    for found in _SENTINEL.finditer(html):
        tag, offset = shielded.tags[int(found[1])]
        seen[int(found[1])] += 1
        ended = _end_line(_renamed(tag, seen[int(found[1])]))
        line += html.count("\n", at, found.start())
        places.append((line, *source.at(offset)))
        line += ended.count("\n")
        parts += [html[at : found.start()], ended]
        at = found.end()
    parts.append(html[at:])
    return Compiled("".join(parts), tuple(places))


def _inside(element: re.Pattern[str], text: str, offset: int) -> bool:
    return any(found.start() <= offset < found.end() for found in element.finditer(text))


def _renamed(tag: str, time: int) -> str:
    """The tag of a block as it may stand there for the second time."""
    return tag if time == 1 else _BLOCK.sub(rf"\1\2_{time}", tag)


def _end_line(tag: str) -> str:
    """A Jinja2 tag with a line feed before its closing bracket: white space that is not output."""
    close = 3 if tag[-3] in "-+" else 2
    return f"{tag[:-close]}\n{tag[-close:]}"


def _armour(text: str) -> str:
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _css(text: str) -> str:
    return "".join(char if char.isascii() else f"\\{ord(char):x} " for char in text)


def _jinja_mistakes(source: Source) -> Sequence[Mistake]:
    """Jinja2's own syntax errors, placed in the file they come from."""
    try:
        Environment(autoescape=True).parse(source.text)
    except TemplateSyntaxError as error:
        return [Mistake(*source.lines()[error.lineno - 1], f"Jinja2: {error.message}")]
    return []


def _short(words: bytes) -> str:
    return " ".join(words.decode("utf-8", "replace").split())[-300:]
