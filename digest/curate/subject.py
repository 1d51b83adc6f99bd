"""Subject and preheader of a variant: they name only stories that it holds. Pure."""

from collections.abc import Sequence
from functools import lru_cache

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from digest.errors import DigestError

#: what a subject pattern may use
WORDS = ("lead", "others", "edition", "count")
#: longer subjects are cut by most clients anyway; RFC 5322 has no use for more
LONGEST = 250
#: characters of a preheader that inboxes have room for
_ROOM = 130

_environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)


def write(pattern: str, edition: str, headlines: Sequence[str]) -> str:
    """``pattern`` filled: ``lead`` is the first headline, ``others`` the next three.

    ``edition`` is the edition's name. Raises DigestError when the pattern is no Jinja2 or uses
    another word.
    """
    return _write(pattern, edition, tuple(headlines[:4]), len(headlines))


def literal(text: str) -> str:
    """A pattern that says just ``text``, which an editor typed."""
    return f"{{{{ {text!r} }}}}" if text else ""


@lru_cache(4096)
def _write(pattern: str, edition: str, first: tuple[str, ...], count: int) -> str:
    try:
        text = _template(pattern).render(
            lead=first[0] if first else edition,
            others=_others(first[1:]),
            edition=edition,
            count=count,
        )
    except TemplateError as error:
        raise DigestError(
            f"the pattern {pattern!r} cannot be filled: {error.message}",
            hint=f"use Jinja2 with {', '.join(WORDS)}",
        ) from error
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"


@lru_cache(64)
def _template(pattern: str) -> Template:
    return _environment.from_string(pattern)


def _others(headlines: Sequence[str]) -> str:
    """As many headlines as inboxes show whole, the first in any case."""
    while len(headlines) > 1 and len(" · ".join(headlines)) > _ROOM:
        headlines = headlines[:-1]
    return " · ".join(headlines)
