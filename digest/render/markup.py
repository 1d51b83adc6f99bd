"""A tag scanner for MJML source: finds each tag and attribute with its place, and what is broken.

The MJML engine gives no position for most syntax errors and overflows the stack on deep nesting,
so its input is checked here first. Jinja2 tags count as plain text of the same length.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from digest.render.source import TAG, Source

#: HTML elements without an end tag
VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
#: deeper nesting is a mistake (mjml-python 1.4.2 dies of a few thousand)
DEEPEST = 60

_ATTRIBUTE = re.compile(r"\s*([^\s=>/\"'<]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'))?")
_TAG = re.compile(r"<(/?)([A-Za-z][\w:-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
_STYLE_END = re.compile(r"</(?:mj-)?style\s*>")


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute; ``value`` is as written, Jinja2 tags included."""

    name: str
    value: str
    at: int

    @property
    def fixed(self) -> bool:
        """Is the value plain text, without Jinja2 in it?"""
        return TAG.search(self.value) is None


@dataclass(frozen=True, slots=True)
class Element:
    """A start tag and where it stands."""

    name: str
    attributes: tuple[Attribute, ...]
    at: int
    #: names of the elements around it, outermost first
    above: tuple[str, ...]
    #: offset after the start tag
    inner: int

    def get(self, name: str) -> Attribute | None:
        """The attribute of that name."""
        return next((item for item in self.attributes if item.name == name), None)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is no well-formed tag."""

    at: int
    problem: str


def mask(text: str) -> str:
    """``text`` with each Jinja2 tag blanked out to the same length and lines."""
    return TAG.sub(lambda tag: re.sub(r"[^\n]", "·", tag[0]), text)


def scan(source: Source) -> Iterator[Element | Fault]:
    """Every start tag in order, and every fault. Stops at the first fault that loses the thread."""
    masked = mask(source.text)
    stack: list[tuple[str, int]] = []
    at = 0
    while (at := masked.find("<", at)) >= 0:
        if masked.startswith("<!--", at):
            end = masked.find("-->", at)
            at = end if end >= 0 else len(masked)
            continue
        match = _TAG.match(masked, at)
        if match is None:
            yield Fault(at, f"stray '<' or malformed tag near {_near(source.text, at)}; write &lt;")
            return
        item = _close(stack, match, source) if match[1] else _open(stack, match, source.text)
        if item:
            yield item
        if isinstance(item, Fault):
            return
        at = match.end()
        if isinstance(item, Element) and stack and stack[-1][0] in {"mj-style", "style"}:
            end_tag = _STYLE_END.search(masked, at)
            at = end_tag.start() if end_tag else len(masked)
    for name, opened in reversed(stack):
        yield Fault(opened, f"<{name}> is never closed: </{name}> is missing")


def _open(stack: list[tuple[str, int]], tag: re.Match[str], text: str) -> Element | Fault:
    attributes, fault = _attributes(text, tag)
    if fault:
        return fault
    above = tuple(name for name, _ in stack)
    if not tag[3].rstrip().endswith("/") and tag[2] not in VOID:
        stack.append((tag[2], tag.start()))
    if len(stack) > DEEPEST:
        return Fault(tag.start(), f"nested more than {DEEPEST} deep")
    return Element(tag[2], attributes, tag.start(), above, tag.end())


def _close(stack: list[tuple[str, int]], tag: re.Match[str], source: Source) -> Fault | None:
    name, at = tag[2], tag.start()
    if stack and stack[-1][0] == name:
        stack.pop()
        return None
    if not stack:
        return Fault(at, f"</{name}> closes nothing")
    opened, opened_at = stack[-1]
    file, line = source.at(opened_at)
    return Fault(at, f"</{name}> does not match <{opened}> opened at {file}:{line}")


def _attributes(text: str, tag: re.Match[str]) -> tuple[tuple[Attribute, ...], Fault | None]:
    masked = tag.string
    start, end = tag.span(3)
    if masked[start:end].rstrip().endswith("/"):
        end = start + len(masked[start:end].rstrip()) - 1
    found: list[Attribute] = []
    at = start
    while masked[at:end].strip():
        match = _ATTRIBUTE.match(masked, at, end)
        if match is None or match.end() == at:
            return (), Fault(at, f'malformed attribute near {_near(text, at)}; write name="value"')
        name = text[match.start(1) : match.end(1)]
        group = 2 if match[2] is not None else 3
        if match[group] is None or "·" in match[1]:
            problem = f'{name!r} in <{tag[2]}> has no quoted value; write name="value"'
            if "·" in match[1]:
                problem = (
                    f"Jinja2 between the attributes of <{tag[2]}>; put it inside a quoted value"
                )
            return (), Fault(match.start(1), problem)
        value = text[match.start(group) : match.end(group)]
        found.append(Attribute(name, value, match.start(1)))
        at = match.end()
    return tuple(found), None


def _near(text: str, at: int) -> str:
    return repr(text[at : at + 30].split("\n", 1)[0])
