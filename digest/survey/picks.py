"""Names of tags, categories and boxes that editors give to what they choose. Pure."""

import re
import unicodedata

from digest.sources import identity

_PICKS = re.compile(
    r"(?:the-)?(?:(?:editor(?:ial)?s?|our|staff|desk)-(?:picks?|choices?|selections?)"
    r"|picks|picked-for-you|best-of-the-(?:day|week)|stories-of-the-day|story-of-the-day"
    r"|featured?(?:-(?:story|stories|articles?|posts?|news))?"
    r"|(?:top|lead|main|cover)-(?:story|stories)|top-news|must-reads?|dont-miss|spotlight|highlights?"
    r"|a-la-une|(?:le-)?choix-de-la-redaction|selection-de-la-redaction"
    r"|destacad[oa]s?|seleccion-del-editor|lo-mas-destacado|destaques?|escolhas-do-editor"
    r"|in-evidenza|empfehlungen?|redaktionsempfehlung)"
)


def looks_like_picks(name: str) -> bool:
    """Whether newsrooms call their picks so: ``Editors’ Picks``, ``featured``, ``À la une``."""
    if len(name) > 60:
        return False
    letters = unicodedata.normalize("NFKD", name)
    plain = "".join(one for one in letters if not unicodedata.combining(one))
    return _PICKS.fullmatch(identity.slug(plain)) is not None
