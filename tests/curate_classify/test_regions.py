"""The shipped regions, and a publisher's own."""

from digest.curate import areas
from digest.curate.gazetteer import Gazetteer
from digest.curate.regions import RegionView, of_area, of_countries, views

Views = tuple[RegionView, ...]


def test_every_country_lies_in_a_region_and_few_in_two(places: Gazetteer, views: Views) -> None:
    count = {
        code: sum(code in view.countries for view in views)
        for code in places.countries
        if code in places.within("001")
    }
    nowhere = {code for code, times in count.items() if times == 0}
    assert not nowhere
    assert {code for code, times in count.items() if times > 1} == {"EG", "TR"}
    assert len(count) > 240


def test_regions_follow_the_order_of_countries(views: Views) -> None:
    assert of_countries(["NE", "US", "EG"], views) == ("africa", "americas", "middle-east")
    assert of_countries(["JP", "NZ", "IN"], views) == ("asia-pacific",)
    assert of_countries(["XX"], views) == ()


def test_an_area_lies_where_most_of_its_countries_do(places: Gazetteer, views: Views) -> None:
    within = {name: of_area(places.within(code), views) for name, code in AREAS.items()}
    assert within == {
        "Western Africa": "africa",
        "Caribbean": "americas",
        "Oceania": "asia-pacific",
        "Western Asia": "middle-east",
        "world": None,
    }


AREAS = {
    "Western Africa": "011",
    "Caribbean": "029",
    "Oceania": "009",
    "Western Asia": "145",
    "world": "001",
}


def test_own_regions_replace_or_follow_the_preset(places: Gazetteer) -> None:
    nordic = RegionView(slug="nordic", name="Nordic", countries=frozenset({"SE", "NO"}))
    europe = RegionView(slug="europe", name="Continent", countries=frozenset({"FR"}))
    shown = views("newsroom", [nordic, europe], places)
    assert [view.name for view in shown] == [
        "Africa",
        "Americas",
        "Asia-Pacific",
        "Continent",
        "Middle East",
        "Nordic",
    ]
    assert views("none", [nordic], places) == (nordic,)


def test_areas_are_the_gazetteers(places: Gazetteer) -> None:
    known = areas.load()
    assert known.tree.keys() == places.tree.keys()
    for area in ("ZZ", *known.countries, *known.tree):
        assert known.within(area) == places.within(area)
