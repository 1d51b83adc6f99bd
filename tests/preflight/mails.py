"""A mail that passes every check, and ways to spoil it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from digest.model import (
    Card,
    FilledSection,
    Finding,
    Image,
    Layout,
    Level,
    StoryId,
    Token,
    VariantContent,
)
from digest.preflight import Answer, Mail, Standard, preflight
from digest.render.message import build
from digest.render.render import Renderer
from digest.render.tokens import fill
from tests.render.issue import BRAND, TEMPLATES, TOKENS, content, message

RENDERER = Renderer([TEMPLATES], replace(BRAND, logo_url="https://meridian.example/logo.png"))
#: the invented newsroom's host counts as real
STANDARD = Standard(
    own_hosts=frozenset({"meridian.example"}),
    live_hosts=("meridian.example", "*.meridian.example"),
    transports=frozenset({"smtp"}),
)
HEADLINES = (
    "A library on a ferry reaches the lake’s last islands",
    "Night trains return to the northern line",
    "Museum buys a diary at auction",
    "Ferry fares rise for the third time",
)
GOOD: dict[str, object] = {
    "subject": "River towns rebuild above the old flood line",
    "preheader": "Also: night trains return to the northern line after a winter of repairs",
}


def story(number: int, **changes: object) -> Card:
    """A card with all that a card has."""
    told: dict[str, object] = {
        "headline": HEADLINES[number % 4] if number < 4 else f"Story {number} of the day",
        "url": f"https://meridian.example/{number}",
        "standfirst": "Councils along the lower river are moving homes uphill.",
        "kicker": "Housing",
        "byline": "By Ines Calder",
        "source": "The Meridian",
        "language": "en",
        "image": Image(url=f"https://meridian.example/{number}.png", alt="A street"),
    }
    return Card(story=StoryId(number), **(told | changes))  # type: ignore[arg-type]


def mail(*cards: Card, **changes: object) -> Mail:
    """The mail of these cards, or of four good ones, through the real renderer."""
    cards = cards or tuple(story(number) for number in range(4))
    section = FilledSection(slug="a", title="Top stories", layout=Layout.CARDS, cards=cards)
    return rendered(content(section, **(GOOD | changes)))


def rendered(told: VariantContent) -> Mail:
    """The mail of ``told``, through the real renderer."""
    variant = RENDERER.render(told)
    return Mail(
        content=told,
        subject=variant.subject,
        preheader=variant.preheader,
        html=fill(variant.html, TOKENS, html=True),
        text=fill(variant.text, TOKENS, html=False),
        leave_url=TOKENS[Token.LEAVE_URL],
        preferences_url=TOKENS[Token.PREFERENCES_URL],
        raw=build(message(variant)),
    )


@cache
def good() -> Mail:
    """The mail that passes."""
    return mail()


def said(
    one: Mail, standard: Standard = STANDARD, answers: Mapping[str, Answer] | None = None
) -> list[Finding]:
    """All complaints about a mail."""
    return [it for it in preflight(one, standard, answers) if it.level is not Level.PASS]


def kinds(found: list[Finding]) -> set[tuple[str, str]]:
    """Checks and levels."""
    return {(finding.check, finding.level.value) for finding in found}
