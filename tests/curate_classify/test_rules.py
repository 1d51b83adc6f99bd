"""What the publisher says goes before what we find; what nobody says stays unfiled."""

from digest.curate.classify import Rules
from digest.curate.rules import RuleBook
from digest.model import Authority
from tests.curate_classify.conftest import MakeClassifier, story

REGIONS = {
    "World > Asia": "asia-pacific",
    "World": "",
    "Asia": "middle-east",
    "sahel": "NE",
    "/news/africa": "africa",
    "Opinion": "none",
}


def test_the_longest_path_wins_then_the_deepest_segment() -> None:
    book = RuleBook(REGIONS)
    values = {
        path: ruling.value if (ruling := book.of(path)) else None
        for path in ("world › ASIA", "World > Asia > Nepal", "News > Asia", "World", "Sport")
    }
    assert values == {
        "world › ASIA": "asia-pacific",
        "World > Asia > Nepal": "asia-pacific",
        "News > Asia": "middle-east",
        "World": "",
        "Sport": None,
    }


def test_hyphens_and_case_do_not_matter() -> None:
    ruling = RuleBook({"middle-east": "middle-east"}).of("Middle East")
    assert ruling is not None
    assert ruling.value == "middle-east"


def test_a_rule_goes_before_the_gazetteer(classifier: MakeClassifier) -> None:
    made = classifier(Rules(regions=REGIONS))
    found = made.classify(
        story("China and Brazil sign", "In Brazil they cheered.", categories=("World > Asia",))
    )
    assert found.regions == ("asia-pacific",)
    assert found.countries == ("CN",)  # Brazil lies outside what the publisher said
    assert found.evidence[0].by is Authority.RULE
    assert found.evidence[0].found == "rule for 'World > Asia'"


def test_a_rule_may_name_a_country(classifier: MakeClassifier) -> None:
    found = classifier(Rules(regions=REGIONS)).classify(story("A dry year", tags=("Sahel",)))
    assert found.countries == ("NE",)
    assert found.regions == ("africa",)


def test_a_rule_for_nothing_leaves_the_word_to_the_gazetteer(classifier: MakeClassifier) -> None:
    found = classifier(Rules(regions=REGIONS)).classify(
        story("Peru plants potatoes", categories=("World",))
    )
    assert found.countries == ("PE",)
    assert found.evidence[0].by is Authority.GAZETTEER


def test_the_url_decides_where_categories_are_silent(classifier: MakeClassifier) -> None:
    made = classifier(Rules(regions=REGIONS, topics={"sport": "sports"}))
    url = "https://paper.example/news/africa-123"
    assert made.classify(story("A story", url=url)).regions == ("africa",)
    sport = made.classify(story("A story", url="https://paper.example/sport/tennis/a-story"))
    assert sport.topics == ("sports",)


def test_topic_rules_and_several_categories(classifier: MakeClassifier) -> None:
    made = classifier(Rules(topics={"Business": "business", "Science": "science", "World": ""}))
    found = made.classify(
        story("Cup final", "The goalkeeper scored.", categories=("World", "Business", "Science"))
    )
    assert found.topics == ("business", "science")
    assert made.classify(story("Goalkeeper scored in cup final")).topics == ("sports",)


def test_home_is_for_stories_without_a_place(classifier: MakeClassifier) -> None:
    made = classifier(home="GB")
    found = made.classify(story("Council mends the clock", "It rang at noon."))
    assert found.countries == ("GB",)
    assert found.regions == ("europe",)
    assert found.evidence[0].by is Authority.HOME
    assert made.classify(story("Fiji mends a clock")).countries == ("FJ",)


def test_home_wins_a_close_race_only(classifier: MakeClassifier) -> None:
    close = story("Leeds and Lyon twin their schools")
    assert classifier(home="GB").classify(close).primary_country == "GB"
    assert classifier(home="FR").classify(close).primary_country == "FR"


def test_without_home_a_story_without_a_place_is_unfiled(classifier: MakeClassifier) -> None:
    found = classifier().classify(story("Clock mended", "It rang at noon."))
    assert (found.countries, found.regions, found.topics) == ((), (), ())


def test_a_category_named_after_a_country_counts(classifier: MakeClassifier) -> None:
    found = classifier().classify(story("Rains come late", categories=("World > Niger",)))
    assert found.countries == ("NE",)
    assert found.evidence[0].found == "Niger: category"


def test_unmapped_categories_are_counted(classifier: MakeClassifier) -> None:
    made = classifier(Rules(regions=REGIONS, topics={"Business": "business"}))
    stories = [
        story("One", categories=("World > Asia", "Gardens")),
        story("Two", categories=("Gardens", "Business", "Opinion")),
        story("Three", categories=("Chess",)),
    ]
    assert made.unmapped_categories(stories) == {"Gardens": 2, "Chess": 1}


def test_the_fingerprint_changes_with_rules_home_and_nothing_else(
    classifier: MakeClassifier,
) -> None:
    same = [classifier(Rules(regions=REGIONS), "GB").fingerprint for _ in range(2)]
    other_rules = classifier(Rules(regions={**REGIONS, "Sahel": "ML"}), "GB").fingerprint
    other_home = classifier(Rules(regions=REGIONS), "IE").fingerprint
    assert same[0] == same[1]
    assert len({same[0], other_rules, other_home}) == 3
