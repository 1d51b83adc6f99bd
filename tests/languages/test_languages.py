"""Which language is spoken to whom, and how it writes dates, lists and rhythms."""

from dataclasses import replace
from datetime import date

import pytest

from digest.config.editions import region_names, rhythm_in_words, topic_names
from digest.config.places import Regions, RegionViewSettings, Topics
from digest.config.settings import Settings
from digest.curate import gazetteer, regions
from digest.languages import SPOKEN, best, language
from digest.model import TOPICS, Edition
from digest.render.words import long_date, translate

DAY = date(2026, 11, 24)
WEEKDAYS = frozenset({1, 2, 3, 4, 5})


@pytest.mark.parametrize(
    ("tag", "full"),
    [
        ("en", "Tuesday, 24 November 2026"),
        ("en-US", "Tuesday, November 24, 2026"),
        ("fr", "mardi 24 novembre 2026"),
        ("es", "martes, 24 de noviembre de 2026"),
        ("pt-BR", "terça-feira, 24 de novembro de 2026"),
        ("ar", "الثلاثاء، 24 نوفمبر 2026"),
        ("hi", "मंगलवार, 24 नवंबर 2026"),
        ("sw", "Jumanne, 24 Novemba 2026"),
        ("de", "Dienstag, 24. November 2026"),
        ("xx-nothing", "Tuesday, 24 November 2026"),
        ("", "Tuesday, 24 November 2026"),
    ],
)
def test_dates(tag: str, full: str) -> None:
    assert long_date(DAY, tag) == full


def test_words_fall_back_to_english_and_regions_to_their_language() -> None:
    assert translate("Unsubscribe", "pt-PT") == translate("Unsubscribe", "PT_br")
    assert translate("Unsubscribe", "de") == "Unsubscribe"
    assert translate("a publisher’s own words", "fr") == "a publisher’s own words"
    assert translate("", "fr") == "", "not the catalogue's header"


@pytest.mark.parametrize(
    ("wanted", "tag"),
    [
        (["fr"], "fr"),
        (["de", "pt-br", "fr"], "pt-br"),
        (["de"], "en"),
        ([], "en"),
        (["../../etc/passwd", "\x00", "sw"], "sw"),
    ],
)
def test_the_best_language(wanted: list[str], tag: str) -> None:
    assert best(wanted).tag == tag


def test_a_language_by_its_own_name() -> None:
    names = [language(tag).own_name for tag in (*SPOKEN, "pt-PT")]
    assert names == [
        *("English", "العربية", "Español", "Français", "हिन्दी", "Português", "Kiswahili"),
        "Português (Portugal)",
    ]


def test_rhythms() -> None:
    every = Edition(slug="a", name="A", time="06:30", zone="UTC", sections=())
    some = replace(every, weekdays=frozenset({1, 4}))
    assert rhythm_in_words(replace(every, weekdays=WEEKDAYS)) == "Weekdays at 06:30"
    assert rhythm_in_words(some) == "Mondays and Thursdays at 06:30"
    assert rhythm_in_words(some, "fr") == "Le lundi et le jeudi à 06:30"
    assert rhythm_in_words(some, "ar") == "كل اثنين وكل خميس، الساعة 06:30"


def test_our_names_are_translated_and_the_publishers_are_not() -> None:
    told = topic_names(Settings(topics=Topics(names={"sports": "Business"})), "fr")
    assert list(told) == list(TOPICS)
    assert (told["business"], told["sports"]) == ("Économie", "Business")
    own = regions.RegionView(slug="europe", name="Africa")
    given = Regions(views=(RegionViewSettings(slug="europe", name="Africa"),))
    names = region_names(regions.views("newsroom", [own], gazetteer.load()), given, "fr")
    assert (names["africa"], names["europe"]) == ("Afrique", "Africa")
