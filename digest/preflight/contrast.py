"""Whether words can be read on what they stand on, by light and by dark styles (WCAG 2.2, 1.4.3).

A mail program that makes up dark colours of its own is not foreseen here.
"""

from collections.abc import Iterator

from digest.model import Finding
from digest.preflight.mail import shortened
from digest.preflight.page import Words
from digest.preflight.proof import Proof, block, passed, warn
from digest.preflight.styles import UNKNOWN
from digest.render.brand import contrast as ratio

#: the least contrast of usual and of large text; under the second nothing should go out
TEXT, LARGE = 4.5, 3.0


def contrast(proof: Proof) -> Iterator[Finding]:
    """Each pair of ink and paper, told once with the first words that have it."""
    screens = ("light", "dark") if proof.page.dark else ("light",)
    pairs: dict[tuple[str, str, bool, str], Words] = {}
    for words in proof.page.words:
        for screen, ink, paper in zip(screens, words.ink, words.paper, strict=False):
            if UNKNOWN not in {ink, paper}:
                pairs.setdefault((ink, paper, words.large, screen), words)
    least = 21.0
    for (ink, paper, large, screen), words in pairs.items():
        found = ratio(ink, paper)
        least = min(least, found)
        if found < (LARGE if large else TEXT):
            yield _weak(found, (ink, paper), screen, words)
    told = " and ".join(screens)
    yield passed("contrast", f"{least:.1f} to 1 at the least, on {told} screens")


def _weak(found: float, colours: tuple[str, str], screen: str, words: Words) -> Finding:
    say = block if found < LARGE else warn
    needed = LARGE if words.large else TEXT
    return say(
        "contrast",
        f"{colours[0]} on {colours[1]} is {found:.1f} to 1 on {screen} screens, "
        f"{needed:g} is needed",
        where=shortened(words.text),
        fix="Choose a darker or lighter colour: accent and accent_dark in [newsroom], or the "
        "template’s styles",
    )
