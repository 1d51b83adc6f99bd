"""Subject and preheader of a variant: they name only stories that it holds. Pure."""

from collections.abc import Sequence

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from digest.errors import DigestError
from digest.model import Card, Edition

#: what a subject pattern may use
WORDS = ("lead", "others", "edition", "count")
#: longer subjects are cut by most clients anyway; RFC 5322 has no use for more
LONGEST = 250
#: characters of a preheader that inboxes have room for
_ROOM = 130

_environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)


def write(pattern: str, edition: Edition, cards: Sequence[Card]) -> str:
    """``pattern`` filled: ``lead`` is the first headline, ``others`` up to three of the next.

    Raises DigestError when the pattern is no Jinja2 or uses another word.
    """
    headlines = [card.headline for card in cards]
    try:
        text = _environment.from_string(pattern).render(
            lead=headlines[0] if headlines else edition.name,
            others=_others(headlines[1:4]),
            edition=edition.name,
            count=len(headlines),
        )
    except TemplateError as error:
        raise DigestError(
            f"the pattern {pattern!r} cannot be filled: {error.message}",
            hint=f"use Jinja2 with {', '.join(WORDS)}",
            edition=edition.slug,
        ) from error
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"


def _others(headlines: Sequence[str]) -> str:
    """As many headlines as inboxes show whole, the first in any case."""
    while len(headlines) > 1 and len(" · ".join(headlines)) > _ROOM:
        headlines = headlines[:-1]
    return " · ".join(headlines)
