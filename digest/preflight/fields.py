"""Whether every card says what a card must, and no template left its own workings in the mail."""

import re
from collections.abc import Iterator

from digest.model import Card, Finding
from digest.preflight.mail import shortened
from digest.preflight.proof import Proof, block, passed, warn
from digest.render.clean import web_url

#: template syntax, and the stand-ins that rendering uses for what differs between readers
_SYNTAX = re.compile(r"(?P<opening>\{\{|\{%|\bz[TJ][0-9a-f]{4,40}(?:Tz|Zj)\b)[^<>\"\n]{0,60}")
#: what programs write for nothing
_NOTHING = frozenset({"None", "undefined", "null", "NaN", "[object Object]"})


def fields(proof: Proof) -> Iterator[Finding]:
    """Cards, then what templates left."""
    cards = proof.mail.content.cards
    credited = any(card.source or card.byline for card in cards)
    if not cards and not proof.mail.content.blocks:
        yield warn("fields", "there is no story in it", fix="Gather, or add a story at the desk")
    for card in cards:
        yield from _card(card, credited=credited)
    yield from _left(proof)
    yield passed("fields", f"{len(cards)} stories, each with headline and link")


def _card(card: Card, *, credited: bool) -> Iterator[Finding]:
    where = shortened(card.headline) or f"story {card.story}"
    if not card.headline.strip():
        yield block("fields", "a story has no headline", where=where, fix="Write one, or remove it")
    if not web_url(card.url):
        yield block(
            "fields",
            "a story has no usable link",
            where=where,
            fix="Give it an https address at the desk, or remove it",
        )
    if credited and not (card.source or card.byline):
        yield warn(
            "fields",
            "a story says neither source nor author, as others do",
            where=where,
            fix="Give its source a title in config.toml",
        )


def _left(proof: Proof) -> Iterator[Finding]:
    """Template syntax, and None where a value should be; what people wrote is not meant."""
    for part, text in (("html", proof.mail.html), ("text", proof.mail.text)):
        for found in _SYNTAX.finditer(text):
            if not proof.wrote(found["opening"]):
                yield _template(f"“{shortened(found[0])}” is left of the template", part)
    values = [*proof.page.values, *(("words", words.text) for words in proof.page.words)]
    for where, value in dict.fromkeys(values):
        if value in _NOTHING and not any(value == text for _, text in proof.texts):
            yield _template(f"“{value}” stands where a value should be", where)


def _template(why: str, where: str) -> Finding:
    return block("fields", why, where=where, fix="Correct the template, or the value it shows")
