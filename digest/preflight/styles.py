"""The colours that a mail's style sheets give its elements, on a light and on a dark screen.

Only what contrast needs of CSS: ``color`` and ``background``, plain selectors, one media query.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from digest.survey.colours import read

#: the colour is not known: an image, a gradient, a name we do not read
UNKNOWN = "?"
_NAMES = {"white": "#ffffff", "black": "#000000", "red": "#ff0000", "navy": "#000080"}
_NAMES |= {"gray": "#808080", "grey": "#808080", "silver": "#c0c0c0", "blue": "#0000ff"}
_NO_CHANGE = frozenset({"transparent", "inherit", "initial", "unset", "currentcolor", "none", ""})
_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_DARK = re.compile(r"prefers-color-scheme\s*:\s*dark")
#: states and parts of elements, which no reader sees at first
_PSEUDO = re.compile(r":|\[")
_COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|rgba?\([^()]{5,40}\)|\b[a-z]+\b", re.IGNORECASE)

#: property → value, lower case, without ``!important``
Declared = Mapping[str, str]


@dataclass(slots=True)
class Sheet:
    """What applies to each element, by its identity in the tree; later rules have won already."""

    #: weaker than the element's own style
    plain: dict[int, dict[str, str]] = field(default_factory=dict)
    #: stronger than that: ``!important``
    strong: dict[int, dict[str, str]] = field(default_factory=dict)

    def colour(self, element: int, own: Declared, name: str) -> str | None:
        """The value of ``color`` or ``background``; None where nothing sets it."""
        told = self.strong.get(element, {}).get(name) or own.get(name)
        return told or self.plain.get(element, {}).get(name)


@dataclass(frozen=True, slots=True)
class _Rule:
    selector: str
    plain: Declared
    strong: Declared
    dark: bool

    @property
    def weight(self) -> tuple[int, int]:
        """Specificity, without identifiers: classes, then elements (CSS Selectors 4 §16)."""
        return self.selector.count("."), len(re.findall(r"(?:^|[\s>])[a-z]", self.selector))


def sheets(css: Iterable[str], find: Callable[[str], Iterable[int]]) -> tuple[Sheet, Sheet | None]:
    """The sheets of a light and of a dark screen; None where the mail has none for dark.

    ``find`` gives the elements that a selector means.
    """
    rules = sorted(_rules(" ".join(css)), key=lambda rule: rule.weight)
    light = [rule for rule in rules if not rule.dark]
    dark = rules if len(light) < len(rules) else None
    return _applied(light, find), _applied(dark, find) if dark is not None else None


def declared(style: str) -> Declared:
    """What a ``style`` attribute sets, ``background-color`` as ``background``."""
    plain, strong = _declarations(style)
    return {**plain, **strong}


def _applied(rules: Iterable[_Rule], find: Callable[[str], Iterable[int]]) -> Sheet:
    sheet = Sheet()
    for rule in rules:
        for element in find(rule.selector):
            sheet.plain.setdefault(element, {}).update(rule.plain)
            sheet.strong.setdefault(element, {}).update(rule.strong)
    return sheet


def _rules(css: str) -> Iterator[_Rule]:
    for query, inside in _blocks(_COMMENT.sub(" ", css)):
        dark = _DARK.search(query) is not None
        if query and not dark:
            continue
        for selectors, style in _RULE.findall(inside):
            plain, strong = ({k: v for k, v in one.items() if k in {"color", "background"}}
                             for one in _declarations(style))  # fmt: skip
            if not plain and not strong:
                continue
            for selector in selectors.split(","):
                if not _PSEUDO.search(selector) and selector.strip():
                    yield _Rule(" ".join(selector.split()), plain, strong, dark)


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """Pieces of a style sheet with the at-rule around them; empty: none."""
    start = at = 0
    while (opening := css.find("@", at)) >= 0:
        brace, end = css.find("{", opening), css.find(";", opening)
        if brace < 0 or 0 <= end < brace:  # @import and the like
            at = end + 1 if end >= 0 else len(css)
            continue
        yield "", css[start:opening]
        start = at = _closing(css, brace)
        yield css[opening:brace], css[brace + 1 : at - 1]
    yield "", css[start:]


def _closing(css: str, brace: int) -> int:
    """Where the block that opens at ``brace`` is over."""
    depth = 0
    for found in re.compile(r"[{}]").finditer(css, brace):
        depth += 1 if found[0] == "{" else -1
        if depth == 0:
            return found.end()
    return len(css)


@lru_cache(1024)
def _declarations(style: str) -> tuple[Declared, Declared]:
    """Plain and important declarations of a style."""
    plain: dict[str, str] = {}
    strong: dict[str, str] = {}
    for one in style.lower().split(";"):
        name, colon, value = one.partition(":")
        name, value = name.strip(), value.strip()
        if not colon:
            continue
        important = value.endswith("!important")
        into = strong if important else plain
        into["background" if name == "background-color" else name] = value.removesuffix(
            "!important"
        ).strip()
    return plain, strong


@lru_cache(1024)
def painted(value: str | None, below: str) -> str:
    """The colour that ``value`` gives, as ``#rrggbb``, ``below`` where it gives none."""
    told = (value or "").strip().lower()
    if told in _NO_CHANGE:
        return below
    for piece in _COLOUR.findall(re.sub(r"url\([^()]*\)", "", told)):
        colour = _NAMES.get(piece) or read(piece)
        if colour:
            return colour
    return UNKNOWN
