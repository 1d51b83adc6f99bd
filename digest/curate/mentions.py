"""Where a story names places, and which place each name means there.

One pass finds the longest names; each is then read with its neighbours: part of a person's name,
part of "City, State", ambiguous. What only the whole story can tell is decided last.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import compress, pairwise

from digest.curate.bearers import with_firms, without_people
from digest.curate.gazetteer import Gazetteer, Kind, Names, Place, Reading
from digest.curate.tokens import POSSESSIVES, is_name, tokens
from digest.curate.wording import CITIES, Mention, Wording

_PREPOSITIONS = frozenset({"in", "into", "from", "near", "across", "outside", "inside", "to"})
_JOINING = frozenset({"and", "or", ","})


def mentions(story: Wording, gazetteer: Gazetteer, language: str, home: str) -> list[Mention]:
    """Every name that means a place, in order. ``home`` may be empty."""
    found = _find(story.words, gazetteer.names(language))
    found = _longer_names(story, found)
    found = _city_and_state(story, found)
    found = without_people(story, found, gazetteer.first_names)
    found = with_firms(story, found)
    found = _called_places(story, found)
    return _resolve(story, found, home)


def labels(names: Iterable[str], gazetteer: Gazetteer, language: str) -> list[str]:
    """The countries and areas that categories or tags are named after; ambiguous ones are not."""
    known = gazetteer.names(language).places
    places = (known.get(" ".join(tokens(name))) for name in names)
    return [
        place.country
        for place in places
        if place and place.kind in {Kind.COUNTRY, Kind.AREA} and not place.readings
    ]


def _find(words: Sequence[str], names: Names) -> list[Mention]:
    found = []
    starts, places = names.starts, names.places
    end = 0
    last = len(words) - 1
    for at in compress(range(len(words)), map(starts.__contains__, words)):
        if at < end:
            continue
        following = words[at + 1] if at < last else ""
        for size in starts[words[at]].get(following, ()):
            place = places.get(" ".join(words[at : at + size]))
            if place is not None:
                break
        else:
            size, place = 1, places.get(words[at])
        if place is not None:
            end = at + size
            located = at > 0 and words[at - 1].lower() in _PREPOSITIONS
            found.append(Mention(at, end, place, place.country, located))
    return found


def _longer_names(story: Wording, found: list[Mention]) -> list[Mention]:
    """``London Waterloo`` lies in London, and ``Panama City Beach`` is not Panama City."""
    result: list[Mention] = []
    for mention in found:
        kind = mention.place.kind
        if kind in CITIES and story.word(mention.end) in _LANDFORMS:
            continue
        before = result[-1] if result else None
        part = before and before.end == mention.start and before.place.kind in CITIES
        if before and part and before.country and kind is Kind.CITY:
            place = _settled(mention.place)
            result.append(replace(mention, place=place, country=before.country))
        else:
            result.append(mention)
    return result


#: written with a capital after a city's name, these make another place of it
_LANDFORMS = frozenset(
    {"Beach", "Heights", "Hills", "Springs", "Falls", "Creek", "Valley", "Lake", "Island"}
)


def _city_and_state(story: Wording, found: list[Mention]) -> list[Mention]:
    """``Paris, Texas`` and ``Peru, Indiana`` lie where the second name says."""
    result = list(found)
    for index, (first, second) in enumerate(pairwise(found)):
        if second.start != first.end + 1 or story.word(first.end) not in {",", "("}:
            continue
        state = second.place.kind is Kind.STATE or _is_georgia(second.place)
        place = state or (second.place.kind is Kind.COUNTRY and first.place.kind in CITIES)
        if not place or first.place.kind not in {*CITIES, Kind.COUNTRY}:
            continue
        if _is_list(story, second, found[index + 2 : index + 3]):
            continue
        country = "US" if _is_georgia(second.place) and state else second.country
        if first.country == second.country:
            continue
        result[index] = replace(first, place=_settled(first.place), country=country)
        if state:
            result[index + 1] = replace(second, place=_settled(second.place), country=country)
    return result


def _is_georgia(place: Place) -> bool:
    """Whether a country's name is a state's name too: one reading says "after a comma"."""
    return any(reading.after_comma for reading in place.readings)


def _settled(place: Place) -> Place:
    return replace(place, readings=(), personal=False)


def _is_list(story: Wording, second: Mention, after: list[Mention]) -> bool:
    """Whether ``France, Germany`` goes on as a list: ``, Italy`` or ``and Italy``."""
    following = story.word(second.end)
    if following not in _JOINING:
        return False
    return any(mention.start <= second.end + 2 for mention in after)


#: "the town of Sale", "Sale, Cheshire": what makes a place of a common word
_SETTLEMENTS = frozenset({"town", "village", "city", "parish", "people", "outskirts", "suburb"})

#: "to Post" may be a verb
_SURELY = frozenset({"in", "near", "from", "outside", "around"})


def _called_places(story: Wording, found: list[Mention]) -> list[Mention]:
    """Drops common words and small towns' names that the story nowhere calls a place."""
    if not any(mention.place.common for mention in found):
        return found
    starts = {mention.start: mention for mention in found}
    titled = story.is_titled()
    called = {
        story.word(mention.start)
        for mention in found
        if mention.place.common
        and not (titled and mention.start < story.headline)
        and _is_called_place(story, mention, starts)
    }
    return [
        mention
        for mention in found
        if not mention.place.common or story.word(mention.start) in called
    ]


def _is_called_place(story: Wording, mention: Mention, starts: Mapping[int, Mention]) -> bool:
    after = story.word(mention.end)
    if story.word(mention.start - 1).lower() in _SURELY:
        return not is_name(after) or mention.end in starts
    if story.word(mention.start - 1) == "of":
        return story.word(mention.start - 2).lower() in _SETTLEMENTS
    beside = starts.get(mention.end + 1) if after == "," else None
    return beside is not None and beside.country == mention.country


def _resolve(story: Wording, found: list[Mention], home: str) -> list[Mention]:
    """Gives every ambiguous name its meaning; names without one are left out."""
    firm = Counter(mention.country for mention in found if not mention.place.readings)
    firm[home] += 1
    text = ""
    result = []
    for mention in found:
        country = mention.country
        if mention.place.readings:
            text = text or " ".join(story.words)
            country = _meaning(story, mention, firm, text)
        if country:
            same = country == mention.country
            result.append(mention if same else replace(mention, country=country))
    return result


def _meaning(story: Wording, mention: Mention, firm: Mapping[str, int], text: str) -> str:
    for reading in mention.place.readings:
        if _fits(story, mention, reading, firm, text):
            return reading.country
    return mention.place.country


def _fits(
    story: Wording, mention: Mention, reading: Reading, firm: Mapping[str, int], text: str
) -> bool:
    after = story.word(mention.end)
    if after in POSSESSIVES:
        after = story.word(mention.end + 1)
    before = story.word(mention.start - 1)
    if after.lower() in reading.next or before.lower() in reading.previous:
        return True
    if reading.after_comma and before == "," and is_name(story.word(mention.start - 2)):
        return True
    if any(name in text for name in reading.story):
        return True
    friends = sum(firm.get(code, 0) for code in reading.friends)
    return friends > sum(firm.get(code, 0) for code in reading.rivals)
