"""Words that were never meant to go out, in headlines and all that people write.

An editor who is cried at for nothing stops reading: each pattern leaves alone what real headlines
hold, such as Super Bowl XXX, TK Maxx, the NFL draft and [video].
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from digest.model import Finding, Level
from digest.preflight.mail import shortened
from digest.preflight.proof import Proof, passed


@dataclass(frozen=True, slots=True)
class _Residue:
    pattern: re.Pattern[str]
    what: str
    level: Level = Level.WARN
    #: a kicker may well be "Test", a headline not
    headlines_only: bool = False


def _of(pattern: str, what: str, level: Level = Level.WARN, *, headlines: bool = False) -> _Residue:
    return _Residue(re.compile(pattern), what, level, headlines)


#: what stands before a stand-in: nothing, a sign, or a word in lower case, which no name is
_BEFORE = r"(?:^|[$£€(]|(?:^|\s)[a-z0-9]\S* )"
_RESIDUES = (
    _of(r"(?i)\blorem ipsum\b|\bdolor sit amet\b", "is dummy text", Level.BLOCK),
    _of(r"\b(?:TK){2,}\b|\bTK TK\b", "stands for words to come", Level.BLOCK),
    _of(
        r"(?i)\[(?:(?:insert|placeholder|tk)\b[^\[\]]{0,60}|(?:link|text|copy|photo|image)[^\[\]]{0,20}"
        r" here|headline|title|subhead|standfirst|summary|name|date|link|url|tbc|tbd)\]",
        "is a placeholder",
        Level.BLOCK,
    ),
    _of(
        r"^\s*(?:EMBARGOED(?: UNTIL\b|:)|DO NOT PUBLISH\b|NOT FOR PUBLICATION\b)",
        "says that it must not go out",
        Level.BLOCK,
    ),
    # not TK Maxx, flight TK 1951 or Rapper TK
    _of(
        _BEFORE + r"TK\b(?! ?[A-Z\d])|(?i:\b(?:headline|hed|dek|title|name|number|date|quote|link"
        r"|details|more|story|caption|photo|image|art)) TK\b",
        "stands for words to come",
    ),
    # not Super Bowl XXX or the XXX Olympiad
    _of(_BEFORE + r"X{3}(?![\w-]| [A-Z])|\bX{4,}\b", "stands for words to come"),
    _of(r"^\s*DRAFT\s*[:–—-]|[\[(]DRAFT[\])]|^\s*(?:TBC|TBD)\b", "marks a draft"),
    _of(
        r"(?i)^\s*test(?:ing)?(?: (?:post|story|article|headline|mail))?\s*\d*\s*$",
        "is a test",
        headlines=True,
    ),
    _of(r"(?i)\btest test\b|\basdf(?:gh?j?k?l?)?\b", "is a test"),
    _of(
        r"(?i)&(?:amp|lt|gt|quot|apos|nbsp|[lr][sd]quo|[nm]dash|hellip|#\d{2,6}|#x[0-9a-f]{2,6});",
        "is HTML that was escaped twice",
    ),
    _of(
        r"(?i)</?(?:a|b|br|div|em|h[1-6]|i|img|p|span|strong|u)(?:\s[^<>]{0,200})?/?>",
        "is HTML that was not taken out",
    ),
    _of("â€[™œ\x9d“”˜¦]|Ã[©¨¢£±³¼¶¤]|\ufffd", "is a letter read in the wrong encoding"),
)


def residue(proof: Proof) -> Iterator[Finding]:
    """What was left over in any text that people wrote."""
    texts = [(where, text) for where, text in proof.texts if text]
    for where, text in texts:
        for one in _RESIDUES:
            if one.headlines_only and not where.startswith(("headline", "subject")):
                continue
            if found := one.pattern.search(text):
                yield Finding(
                    check="residue",
                    level=one.level,
                    why=f"“{shortened(found[0].strip())}” {one.what}",
                    where=where,
                    fix="Correct it at its source or at the desk",
                )
                break
    yield passed("residue", f"{len(texts)} texts, nothing left over in them")
