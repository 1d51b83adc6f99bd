"""Whether Gmail shows all of the mail: it cuts HTML off at about 102 KB."""

from collections.abc import Iterator
from html import escape
from math import ceil

from digest.model import Finding
from digest.preflight.proof import Proof, block, passed, warn
from digest.render.clean import web_url

#: bytes of HTML in UTF-8, before any transfer encoding; sources disagree about the exact limit
WARN_BYTES = 80_000
BLOCK_BYTES = 95_000
#: what one story takes where it cannot be measured
_STORY_BYTES = 3_000


def size(proof: Proof) -> Iterator[Finding]:
    """Bytes of HTML, and how many stories fewer would do."""
    html, encoded = len(proof.mail.html.encode("utf-8", "replace")), len(proof.mail.raw)
    told = f"{html / 1000:.0f} KB of HTML"
    if html <= WARN_BYTES:
        whole = f", {encoded / 1000:.0f} KB as sent" if encoded else ""
        yield passed("size", f"{told}{whole}; Gmail cuts off at about 102 KB")
        return
    much = ceil((html - WARN_BYTES) / _story_bytes(proof))
    say = block if html > BLOCK_BYTES else warn
    yield say(
        "size",
        f"{told}; Gmail cuts a mail off at about 102 KB, the unsubscribe link with it",
        where="html",
        fix=f"About {much} {'story' if much == 1 else 'stories'} fewer would do: lower the "
        "maximum of a section, or show some as headlines",
    )


def _story_bytes(proof: Proof) -> int:
    """What a story takes, from where the first and the last one stand."""
    html, cards = proof.mail.html, proof.mail.content.cards
    if len(cards) < 2:
        return _STORY_BYTES
    first, last = (html.find(f'"{escape(web_url(card.url))}"') for card in (cards[0], cards[-1]))
    across = len(html[first:last].encode("utf-8", "replace")) if 0 <= first < last else 0
    return across // (len(cards) - 1) or _STORY_BYTES
