"""Which of a site's categories are regions and topics, by their names. Pure.

Sure is a name that means one thing: a country, an area of the world, what newsrooms call a
section. Everything else is a suggestion that a person should look at.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from digest.config.editions import TOPIC_NAMES
from digest.curate import topics
from digest.curate.gazetteer import Gazetteer, Kind, Place
from digest.curate.regions import RegionView, of_area
from digest.curate.tokens import tokens
from digest.survey.picks import looks_like_picks
from digest.survey.terms import Term

#: what stands between the names of a double section: Business & Economy
_AND = re.compile(r"\s*(?:[&+,/|]|\s(?:and|et|y|e|und|na|ve|en|og|och)\s)\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a category may mean."""

    #: a region slug, country code or topic; "" for nothing
    value: str
    sure: bool
    #: why, for a person; empty where it is plain
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A category and what it may mean; None: no idea."""

    term: Term
    region: Meaning | None = None
    topic: Meaning | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What names are looked up in."""

    gazetteer: Gazetteer
    views: Sequence[RegionView]
    lexicon: topics.Lexicon
    #: the site's language, BCP 47, and its country, ISO 3166-1 alpha-2 or empty
    language: str
    home: str


def file(terms: Iterable[Term], known: Knowledge) -> tuple[Filed, ...]:
    """Every category that stories have, in the order given. Of two with one name the first."""
    found: dict[str, Filed] = {}
    for term in terms:
        key = plain(term.name)
        if key and key not in found:
            found[key] = _filed(term, known)
    return tuple(found.values())


def plain(name: str) -> str:
    """``name`` as it is compared: no case, no punctuation, no accents where Latin has them."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(one for one in letters if unicodedata.category(one) != "Mn")
    # in other scripts a mark is a vowel, without which words are not words
    kept = bare if bare.isascii() else name.casefold()
    spaced = (one if unicodedata.category(one)[0] in "LMN" else " " for one in kept)
    return " ".join("".join(spaced).split())


def _filed(term: Term, known: Knowledge) -> Filed:
    region = _region(term.name, known)
    if region and region.sure and region.value:
        return Filed(term=term, region=region)
    topic = _topic(term.name, known)
    if topic and topic.sure:
        region = None
    return Filed(term=term, region=region, topic=topic)


def _region(name: str, known: Knowledge) -> Meaning | None:
    for view in known.views:
        if plain(name) in {plain(view.name), plain(view.slug)}:
            return Meaning(value=view.slug, sure=True)
    if plain(name) in _section_names()["home"] and known.home:
        return Meaning(value=known.home, sure=False, why="home?")
    for area in known.gazetteer.tree:
        if plain(name) in _section_names().get(area, ()):
            return _area(area, known)
    place = _place(name, known)
    if place is None or not place.country:
        return None
    if place.kind is Kind.AREA:
        return _area(place.country, known)
    told = known.gazetteer.countries.get(place.country, place.country)
    if place.kind is not Kind.COUNTRY:
        return Meaning(value=place.country, sure=False, why=f"in {told}?")
    # readings as a person or a company do not matter: sections are not named after those
    certain = not {one.country for one in place.readings} - {"", place.country}
    return Meaning(value=place.country, sure=certain, why="" if certain else f"{told}?")


def _area(area: str, known: Knowledge) -> Meaning | None:
    slug = of_area(known.gazetteer.within(area), known.views)
    return Meaning(value=slug, sure=True) if slug else None


def _place(name: str, known: Knowledge) -> Place | None:
    places = known.gazetteer.names(known.language).places
    for form in (name, name.title(), name.upper() if len(name) <= 3 else name):
        place = places.get(" ".join(tokens(form)))
        if place is not None:
            return place
    return None


def _topic(name: str, known: Knowledge) -> Meaning | None:
    whole = plain(name)
    if whole in _section_names()["nothing"] or looks_like_picks(name):
        return Meaning(value="", sure=True)
    if called := _called(whole):
        return Meaning(value=called[0], sure=True)
    parts = [_called(plain(part)) for part in _AND.split(name)]
    if any(parts):
        named = list(dict.fromkeys(topic for part in parts for topic in part))
        certain = len(named) == 1 and all(parts)
        return Meaning(value=named[0], sure=certain, why="" if certain else "only in part?")
    words = [word.lower() for word in tokens(name)]
    weights = topics.weigh(words, len(words), known.lexicon)
    return Meaning(value=weights[0].topic, sure=False, why="a guess") if weights else None


def _called(part: str) -> list[str]:
    return [topic for topic in TOPIC_NAMES if part in _section_names()[topic]]


@cache
def _section_names() -> Mapping[str, frozenset[str]]:
    """Compared forms of what sections are called: by topic, and ``home`` and ``nothing``."""
    raw = (resources.files("digest.survey") / "section_names.toml").read_text("utf-8")
    listed = {key: frozenset(map(plain, names)) for key, names in tomllib.loads(raw).items()}
    own = {topic: frozenset({plain(topic), plain(name)}) for topic, name in TOPIC_NAMES.items()}
    return {key: names | own.get(key, frozenset()) for key, names in listed.items()}
