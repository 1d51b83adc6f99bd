"""Names of zones and months as people write them in dates. Data for dates.py."""

import unicodedata
from functools import cache

#: abbreviation → minutes east of UTC. The North American ones are RFC 5322 §4.3's.
OFFSETS = {
    "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "WET": 0,
    "WEST": 60, "BST": 60, "CET": 60, "MEZ": 60, "WAT": 60,
    "CEST": 120, "MESZ": 120, "EET": 120, "CAT": 120, "SAST": 120,
    "EEST": 180, "MSK": 180, "EAT": 180, "TRT": 180, "IDT": 180,
    "IRST": 210, "GST": 240, "AFT": 270, "PKT": 300, "IST": 330, "NPT": 345,
    "ICT": 420, "WIB": 420, "WITA": 480, "SGT": 480, "HKT": 480, "MYT": 480, "PHT": 480,
    "AWST": 480, "JST": 540, "KST": 540, "WIT": 540, "ACST": 570, "AEST": 600,
    "ACDT": 630, "AEDT": 660, "NZST": 720, "NZDT": 780,
    "NST": -210, "NDT": -150, "AST": -240, "ADT": -180, "EST": -300, "EDT": -240,
    "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420,
    "AKST": -540, "AKDT": -480, "HST": -600,
    "BRT": -180, "ART": -180, "CLST": -180, "CLT": -240, "COT": -300, "PET": -300, "VET": -240,
}  # fmt: skip

#: more than one zone goes by the name (India, Israel, Ireland), so ours is a guess
AMBIGUOUS = frozenset({"IST", "AST", "GST", "WIT", "CLT", "CLST"})

#: names that leave summer time open
REGIONAL = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
}

#: first letters of the months, without accents: en, fr, es, pt, it, de, nl
_MONTHS = (
    "jan gen ene",
    "feb fev fevr",
    "mar mars marz maer mrt",
    "apr avr abr",
    "may mai mag maio mei",
    "jun juin giu",
    "jul juil lug",
    "aug aou ago",
    "sep set",
    "oct okt ott out",
    "nov",
    "dec dez dic",
)
#: words whose first letters look like a month
_NOT_MONTHS = frozenset({"martes", "mardi", "martedi"})


@cache
def _by_prefix() -> dict[str, int]:
    return {
        prefix: number
        for number, prefixes in enumerate(_MONTHS, start=1)
        for prefix in prefixes.split()
    }


def month(name: str) -> int:
    """The month that ``name`` or its abbreviation means, 1 to 12; 0 if none."""
    plain = unicodedata.normalize("NFKD", name.lower())
    plain = "".join(letter for letter in plain if letter.isalpha())
    if plain in _NOT_MONTHS:
        return 0
    known = _by_prefix()
    return known.get(plain[:4]) or known.get(plain[:3]) or 0
