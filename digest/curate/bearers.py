"""People and firms that bear a place's name, and say little or nothing about the place."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from digest.curate.gazetteer import Kind
from digest.curate.tokens import POSSESSIVES, is_name
from digest.curate.wording import CITIES, Mention, Wording

_BODIES = frozenset(
    {Kind.INSTITUTION, Kind.PERSON, Kind.COMPANY, Kind.MONEY, Kind.AREA, Kind.NOWHERE}
)

#: words after a place's name that make it a body or a thing there, not a person
_BODY = frozenset(
    {
        "police", "university", "city", "court", "county", "council", "airport", "government",
        "bridge", "river", "street", "road", "park", "state", "school", "college", "hospital",
        "island", "bay", "house", "fire", "stock", "exchange", "film", "festival", "times", "post",
        "herald", "gov", "supreme", "district", "international", "national", "central", "high",
        "embassy", "army", "air", "olympics", "marathon", "open", "opera", "zoo", "museum",
        "republicans", "democrats", "republican", "democratic", "senate", "senator", "rep", "mayor",
        "president", "prime", "pm", "minister", "foreign", "interior", "finance", "defence",
        "defense", "parliament", "king", "queen", "crown", "women", "men", "election", "coup",
    }
)  # fmt: skip

_PLACES = CITIES | {Kind.COUNTRY, Kind.DEMONYM}
#: what ends the name of a firm
_FIRM = frozenset(
    {
        "inc", "corp", "corporation", "co", "company", "ltd", "limited", "plc", "llc", "ag", "nv",
        "gmbh", "pty", "holdings", "industries", "airlines", "airways", "aviation", "insurance",
        "pharmaceuticals", "bancorp", "bancshares", "fund", "trust", "technologies", "steel",
    }
)  # fmt: skip
#: the end of a firm's name is looked for so many words on
_FIRM_WORDS = 3
_LISTED = frozenset({"in", "on"})
#: a bank "of" a place is a firm, unless it is the country's own
_OWN_BANKS = frozenset({"central", "reserve", "national", "state", "federal"})


def without_people(
    story: Wording, found: list[Mention], first_names: frozenset[str]
) -> list[Mention]:
    """Drops names that are part of a person's, and that person's later short mentions."""
    starts = {mention.start for mention in found}
    titled = story.is_titled()
    people: set[str] = set()
    for mention in found:
        if _is_person(story, mention, first_names, starts, titled=titled):
            people.add(story.word(mention.start))
    if not people:
        return found
    return [
        mention
        for mention in found
        if mention.end - mention.start > 1
        or story.word(mention.start) not in people
        or (mention.located and not is_name(story.word(mention.end)))
    ]


def _is_person(
    story: Wording,
    mention: Mention,
    first_names: frozenset[str],
    starts: set[int],
    *,
    titled: bool,
) -> bool:
    single = mention.end - mention.start == 1
    if not single or mention.place.kind in _BODIES:
        return False
    before, after = story.word(mention.start - 1), story.word(mention.end)
    if before in first_names and mention.start - 1 not in starts:
        return True
    if not mention.place.personal or mention.located or after in POSSESSIVES:
        return False
    if titled and mention.start < story.headline:
        return False
    surname = is_name(after) and mention.end not in starts
    return surname and after.lower() not in _BODY and not _tells(mention, after)


def _tells(mention: Mention, after: str) -> bool:
    """Whether the word after an ambiguous name says which place it is."""
    word = after.lower()
    return any(reading.country and word in reading.next for reading in mention.place.readings)


def with_firms(story: Wording, found: list[Mention]) -> list[Mention]:
    """Counts ``Hanover Insurance Co`` as a firm, and that firm's later short mentions.

    A firm may be anywhere. A listing, and an exchange that is only mentioned, tell no more.
    """
    firm = [_is_firm(story, mention) for mention in found]
    names = {
        story.word(mention.start)
        for mention, is_firm in zip(found, firm, strict=True)
        if is_firm and mention.place.kind in CITIES and not mention.located
    }
    return [
        _as_firm(mention) if is_firm or _is_short(story, mention, names) else mention
        for mention, is_firm in zip(found, firm, strict=True)
    ]


def _as_firm(mention: Mention) -> Mention:
    return replace(mention, place=replace(mention.place, kind=Kind.COMPANY))


def _is_short(story: Wording, mention: Mention, firms: set[str]) -> bool:
    """Whether a city's name alone stands for one of ``firms``."""
    city = mention.place.kind in CITIES and not mention.located
    return city and story.word(mention.start) in firms


def _is_firm(story: Wording, mention: Mention) -> bool:
    if mention.place.kind not in _PLACES:
        return False
    after = story.words[mention.end : mention.end + _FIRM_WORDS]
    if after and is_name(after[0]) and _names_firm(after):
        return True
    before = story.word(mention.start - 1)
    if before == "of":
        is_bank = story.word(mention.start - 2) == "Bank"
        return is_bank and story.word(mention.start - 3).lower() not in _OWN_BANKS
    return before in _LISTED and story.word(mention.start - 2) == "listed"


def _names_firm(after: Sequence[str]) -> bool:
    if after[:2] == ["Stock", "Exchange"]:
        return True
    name = takewhile(is_name, after)
    return any(word.lower() in _FIRM for word in name)
