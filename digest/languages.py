"""The languages readers are spoken to in: our own words, and what CLDR knows of each (Babel).

The texts in code and templates are English; ``locale/<language>.po`` translates them. The .po files
are read as they are, once per process: there is no compiled catalogue that could be stale, nor a
step between editing one and seeing it. ``make messages`` refreshes them.
"""

import gettext
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

#: those with a catalogue, after English, which needs none
SPOKEN = ("en", "ar", "es", "fr", "hi", "pt", "sw")
CATALOGUES = Path(__file__).with_name("locale")


@dataclass(frozen=True, slots=True)
class Language:
    """One language: the words of its catalogue, the forms of its CLDR locale."""

    #: the BCP 47 tag it was asked for by
    tag: str
    _locale: Locale
    _words: gettext.NullTranslations

    def gettext(self, text: str) -> str:
        """Our ``text`` in this language; as it is where we have no translation."""
        return self._words.gettext(text) if text else ""

    def ngettext(self, one: str, more: str, count: int) -> str:
        """``one`` or ``more`` in the plural form that ``count`` takes in this language."""
        return self._words.ngettext(one, more, count)

    def long_date(self, day: date) -> str:
        """``24 November 2026``"""
        return format_date(day, "long", locale=self._locale)

    def full_date(self, day: date) -> str:
        """``Tuesday, 24 November 2026``"""
        return format_date(day, "full", locale=self._locale)

    def listed(self, names: Sequence[str]) -> str:
        """``A, B and C``"""
        return format_list(list(names), locale=self._locale)

    def weekdays(self) -> dict[int, str]:
        """ISO weekday → its name, standing alone."""
        names = self._locale.days["stand-alone"]["wide"]
        return {day + 1: names[day] for day in range(7)}

    def places(self) -> dict[str, str]:
        """IANA time zone → the place that it is named for, in order of area and place."""
        return _places(self._locale)

    @property
    def own_name(self) -> str:
        """What its speakers call it."""
        plain = self.tag.isalpha()  # "Português", but "Português (Portugal)"
        name = self._locale.get_language_name() if plain else self._locale.get_display_name()
        return (name or self.tag)[:1].upper() + (name or self.tag)[1:]


@lru_cache(maxsize=256)
def language(tag: str) -> Language:
    """The language of a BCP 47 ``tag``, in either case; English where nothing is known of it.

    Words are found by the language alone: ``pt-PT`` reads the Portuguese catalogue, while its dates
    are Portugal's own.
    """
    first = tag.replace("_", "-").split("-")[0].lower()
    return Language(tag=tag, _locale=_locale(tag, first), _words=_catalogue(first))


def spoken(tag: str) -> bool:
    """Whether we have our own words in this language."""
    return tag.replace("_", "-").split("-")[0].lower() in SPOKEN


def best(wanted: Sequence[str]) -> Language:
    """The first of the ``wanted`` tags that we speak, else English."""
    return language(next(filter(spoken, wanted), "en"))


@lru_cache(maxsize=32)
def _places(locale: Locale) -> dict[str, str]:
    newest = get_global("zone_aliases")
    # CLDR keeps cities under the names that zones had first.
    cities = {newest.get(zone, zone): told.get("city") for zone, told in locale.time_zones.items()}
    named = {
        zone: cities.get(zone) or zone.rpartition("/")[2].replace("_", " ")
        for zone in get_global("zone_territories")
        if zone not in newest and not zone.startswith("Etc/")
    }
    return dict(sorted(named.items(), key=lambda one: (one[0].partition("/")[0], one[1], one[0])))


@cache
def _catalogue(first: str) -> gettext.NullTranslations:
    if first not in SPOKEN[1:]:
        return gettext.NullTranslations()
    with (CATALOGUES / f"{first}.po").open("rb") as file:
        catalogue = read_po(file, locale=first)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _locale(tag: str, first: str) -> Locale:
    # Our English is British; CLDR's bare "en" is American.
    for one in (tag.replace("_", "-") if tag.lower() != "en" else "en-GB", first):
        try:
            return Locale.parse(one, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en", "GB")
