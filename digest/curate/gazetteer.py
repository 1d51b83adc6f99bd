"""The names of places: what a word in a story may stand for. Data in digest/data, see there.

``load`` reads two files: the one built from packages (gazetteer.json.gz) and the one kept by
hand (institutions.toml), which has the last word.
"""

import gzip
import hashlib
import json
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from digest.curate.areas import Areas
from digest.curate.tokens import tokens


class Kind(StrEnum):
    """What a name is a name of."""

    COUNTRY = "country"
    DEMONYM = "demonym"
    CAPITAL = "capital"
    STATE = "state"
    CITY = "city"
    INSTITUTION = "institution"
    #: a leader
    PERSON = "person"
    COMPANY = "company"
    #: a currency, or a legal form of firms: the least telling
    MONEY = "money"
    #: a part of the world, by its M49 code
    AREA = "area"
    #: a longer name that holds a place's name and says nothing about it (Panama Papers)
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One meaning of an ambiguous name, and when it holds: when any of its conditions does."""

    #: empty: not a place
    country: str
    #: words right after or before, lower case
    next: frozenset[str] = frozenset()
    previous: frozenset[str] = frozenset()
    #: names anywhere in the story, as written
    story: tuple[str, ...] = ()
    #: a capitalised word and a comma stand before it
    after_comma: bool = False
    #: these countries are named more than the rivals
    friends: frozenset[str] = frozenset()
    rivals: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What one name stands for."""

    kind: Kind
    #: ISO 3166-1 alpha-2, ``EU``, an M49 code for an area, empty for nowhere
    country: str
    #: tried in order before ``country``
    readings: tuple[Reading, ...] = ()
    #: also a first or last name
    personal: bool = False
    #: so common a word or so small a town that a story must call it a place: "in Reading"
    common: bool = False
    #: the publisher's own regions that list it, each with the country it lies in there
    own: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """The names of places in one language, by their tokens joined with spaces."""

    places: Mapping[str, Place]
    #: first token → second → how many tokens the names have that start so, most first
    starts: Mapping[str, Mapping[str, Sequence[int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gazetteer:
    """Everything known about places. Immutable; whoever loads it keeps it."""

    #: country code → English name
    countries: Mapping[str, str]
    #: M49 code → codes of areas and countries in it
    tree: Mapping[str, tuple[str, ...]]
    #: the names in English texts, which are part of every other language's too
    english: Mapping[str, Place]
    #: two-letter language → the names that only its texts have
    foreign: Mapping[str, Mapping[str, Place]]
    first_names: frozenset[str]
    #: forms that are written in capitals: US, UAE
    acronyms: frozenset[str]
    #: words that are names of cities too, and left out as such
    words: frozenset[str]
    #: hash of the files
    version: str
    _ready: dict[str, Names] = field(default_factory=dict, compare=False)

    def names(self, language: str) -> Names:
        """The names for a story in ``language`` (BCP 47); English where we know none."""
        tongue = language[:2].lower()
        if tongue not in self.foreign:
            tongue = "en"
        if tongue not in self._ready:
            self._ready[tongue] = _names({**self.foreign.get(tongue, {}), **self.english})
        return self._ready[tongue]

    def laid_over(self, places: Mapping[str, Place]) -> "Gazetteer":
        """With ``places`` in front of what is known."""
        return replace(self, english={**self.english, **places}, _ready={})

    def within(self, area: str) -> frozenset[str]:
        """The countries of an M49 area, at any depth."""
        return Areas(self.tree, self.countries).within(area)


@cache
def load() -> Gazetteer:
    """Reads the two files in digest/data. Takes about a quarter of a second; once in a process."""
    data = resources.files("digest.data")
    built_bytes = gzip.decompress((data / "gazetteer.json.gz").read_bytes())
    kept_bytes = (data / "institutions.toml").read_bytes()
    built = json.loads(built_bytes)
    kept = tomllib.loads(kept_bytes.decode())
    places = _english(built, kept)
    return Gazetteer(
        countries=_country_names(built, kept),
        tree={code: tuple(parts) for code, parts in built["tree"].items()},
        english=places,
        foreign={
            language: _foreign(built, kept, language)
            for language in built["countries"]["NE"]["names"]
            if language != "en"
        },
        first_names=frozenset(built["first_names"]) - frozenset(kept["words"]["not_names"]),
        acronyms=frozenset(name for name in places if name.isupper() and len(name) > 1),
        words=frozenset(kept["words"]["never"]),
        version=hashlib.sha256(built_bytes + kept_bytes).hexdigest()[:12],
    )


def _country_names(built: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, str]:
    names = {code: row["name"] for code, row in built["countries"].items()}
    hand = {code: forms[0] for code, forms in kept["names"].items()}
    return names | {code: hand[code] for code in hand if names.get(code, code) == code}


def _english(built: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, Place]:
    """Later kinds give way to earlier, the hand-kept file to nothing."""
    rows: list[tuple[Kind, str, Iterable[str]]] = []
    for code, row in built["countries"].items():
        rows.append((Kind.CITY, code, row["cities"]))
        rows.append((Kind.STATE, code, row["states"]))
        rows.append((Kind.CAPITAL, code, [row["capital"]] if row["capital"] else []))
        rows.append((Kind.DEMONYM, code, [*row["demonyms"], *_plurals(row["demonyms"])]))
        rows.append((Kind.COUNTRY, code, row["names"]["en"]))
    rows += [(Kind.AREA, code, names["en"]) for code, names in built["areas"].items()]
    order = list(Kind)
    rows.sort(key=lambda row: -order.index(row[0]))
    never = {form for word in kept["words"]["never"] for form in forms(word)}
    personal = frozenset(built["personal"]) | frozenset(kept["words"]["given"])
    places: dict[str, Place] = {}
    for kind, code, names in rows:
        for name in names:
            for form in forms(name):
                if form not in never or kind is Kind.COUNTRY:
                    places[form] = Place(kind=kind, country=code, personal=name in personal)
    for kind, code, names in _by_hand(kept):
        for name in names:
            for form in forms(name):
                places[form] = Place(kind=kind, country=code, personal=name in personal)
    places |= {
        code: Place(kind=Kind.COMPANY, country=country)
        for country, codes in kept["listings"].items()
        for code in codes
    }
    return _with_readings(places, kept["ambiguous"])


def _by_hand(kept: Mapping[str, Any]) -> Iterator[tuple[Kind, str, Iterable[str]]]:
    tables = {
        "currencies": Kind.MONEY,
        "firms": Kind.MONEY,
        "companies": Kind.COMPANY,
        "people": Kind.PERSON,
        "institutions": Kind.INSTITUTION,
        "cities": Kind.CITY,
        "states": Kind.STATE,
        "demonyms": Kind.DEMONYM,
        "names": Kind.COUNTRY,
    }
    for table, kind in tables.items():
        for code, names in kept[table].items():
            yield kind, code, names
    yield Kind.NOWHERE, "", kept["nowhere"]["phrases"]


def _with_readings(places: dict[str, Place], rows: list[dict[str, Any]]) -> dict[str, Place]:
    for row in rows:
        readings = tuple(
            Reading(
                country=reading["country"],
                next=frozenset(reading.get("next", ())),
                previous=frozenset(reading.get("previous", ())),
                story=tuple(reading.get("story", ())),
                after_comma=reading.get("after_comma", False),
                friends=frozenset(reading.get("friends", ())),
                rivals=frozenset(reading.get("rivals", ())),
            )
            for reading in row.get("reading", ())
        )
        for form in forms(row["surface"]):
            known = places.get(form)
            places[form] = Place(
                kind=known.kind if known else Kind.INSTITUTION,
                country=row["default"],
                readings=readings,
                personal=known.personal if known else False,
            )
    return places


def _foreign(built: Mapping[str, Any], kept: Mapping[str, Any], language: str) -> dict[str, Place]:
    """Names of areas, countries and their people in one other language."""
    people = [
        (Kind.DEMONYM, code, row["foreign_demonyms"]) for code, row in built["countries"].items()
    ]
    people += [(Kind.DEMONYM, code, words) for code, words in kept["foreign"].items()]
    tables = [(Kind.AREA, code, names) for code, names in built["areas"].items()]
    tables += [(Kind.COUNTRY, code, row["names"]) for code, row in built["countries"].items()]
    return {
        form: Place(kind=kind, country=code)
        for kind, code, names in [*people, *tables]
        for name in names.get(language, ())
        for joined in (_joined(name) if language == "ar" else (name,))
        for form in forms(joined)
    }


def _joined(name: str) -> list[str]:
    """An Arabic name and its forms with "and", "in", "for" and "as" written onto it."""
    bare = name.removeprefix("ال")
    to = f"لل{bare}" if bare != name else f"ل{name}"
    return [name, to, *(f"{letter}{name}" for letter in "وبفك")]


def _plurals(demonyms: Iterable[str]) -> list[str]:
    return [f"{word}s" for word in demonyms if word.endswith(("n", "i", "er", "ot"))]


def forms(name: str) -> set[str]:
    """The keys under which a name is found: with and without accents, St. as Saint."""
    forms = {name, _unaccented(name)}
    if name.startswith("St. "):
        forms |= {f"St {name[4:]}", f"Saint {name[4:]}"}
    if len(name) > 3 and " " not in name and name.isupper():
        forms.add(name.capitalize())  # texts are calmed before they are looked up
    return {" ".join(tokens(form)) for form in forms if form}


def _unaccented(name: str) -> str:
    parts = unicodedata.normalize("NFD", name)
    return "".join(mark for mark in parts if not unicodedata.combining(mark) or mark > "\u036f")


def _names(places: Mapping[str, Place]) -> Names:
    starts: dict[str, dict[str, list[int]]] = {}
    for name in places:
        first, *rest = name.split(" ")
        longer = starts.setdefault(first, {})
        if rest and len(rest) + 1 not in longer.setdefault(rest[0], []):
            longer[rest[0]].append(len(rest) + 1)
            longer[rest[0]].sort(reverse=True)
    return Names(places, starts)
