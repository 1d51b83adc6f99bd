"""What a group of readers gets, named by its content."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.curate import subject, vary
from digest.curate.select import Selector
from digest.errors import DigestError
from digest.model import Hand, Interest, Overrides, Selected, StoryId, Take
from tests.making import candidate, edition, issue, section

AFRICA = section("africa", Take.REGION, region="africa")
EUROPE = section("europe", Take.REGION, region="europe")
CLUB = section("club", Take.LATEST, segments=frozenset({"supporters"}))
POOL = (
    candidate(1, regions=("africa",), topics=("business",)),
    candidate(2, regions=("europe",)),
    candidate(3),
)
NAMES = {"africa": "Africa", "europe": "Europe", "business": "Business"}
DAILY = edition(AFRICA, EUROPE, CLUB, subject="{{ lead }}", preheader="{{ others }}")
NOTHING = Hand()


def content(interest: Interest | None = None, hand: Hand = NOTHING) -> vary.VariantContent:
    return vary.vary(issue(), DAILY, POOL, hand, interest, NAMES)


def test_subject_and_preheader_name_only_stories_of_the_variant() -> None:
    everybody = content()
    europeans = content(Interest(regions=frozenset({"europe"})))
    assert (everybody.subject, everybody.preheader) == ("Headline 1", "Headline 2 · Headline 3")
    assert (europeans.subject, europeans.preheader) == ("Headline 2", "")


def test_a_title_of_our_own_speaks_the_readers_language() -> None:
    ours = section("africa", Take.REGION, region="africa", titled=False)
    both = section("both", Take.REGION_TOPIC, region="africa", topic="business", titled=False)
    latest = section("latest", Take.LATEST, titled=False)
    daily = edition(ours, EUROPE, both, latest)
    names = {"africa": "Afrique", "europe": "Europe (fr)", "take/latest": "Dernières nouvelles"}
    told = vary.vary(issue(), daily, POOL, Hand(), None, names, "fr", "large")
    titles = {one.slug: one.title for one in told.sections}
    assert titles["africa"] == "Afrique"
    assert titles["europe"] == EUROPE.title, "the newsroom's own title stays"
    assert titles["latest"] == "Dernières nouvelles"
    assert (told.language, told.style) == ("fr", "large")
    assert vary._title(both, names) == both.title, "half a name is none"


def test_equal_selections_are_one_variant() -> None:
    chosen = Selector(DAILY, POOL, ()).select

    def key(*regions: str, language: str = "en") -> str:
        sections = chosen(Interest(regions=frozenset(regions))) or ()
        return vary.key(Selected(sections=sections, language=language))

    assert key() == key("africa", "europe")
    assert key() != key("europe")
    assert key() != key(language="fr")


@given(st.text(max_size=40))
@example("{{ 7 * 7 }} {% if %} '\"\\n\\u0041 \\ C:\\new é")
def test_what_an_editor_typed_is_no_pattern(typed: str) -> None:
    told = subject.write(subject.literal(typed), "World", ["First", "Second"])
    assert told == " ".join(typed.split())


def test_overrides_change_the_card_and_never_the_story() -> None:
    changes = Overrides(headline="Better", link="https://example.org/better/", kicker="Read this")
    card = content(None, Hand(overrides={StoryId(1): changes})).cards[0]
    assert (card.headline, card.url, card.kicker) == (
        "Better",
        "https://example.org/better/",
        "Read this",
    )
    assert card.standfirst == "Standfirst 1"
    assert POOL[0].stored.story.headline == "Headline 1"


def test_the_kicker_says_what_the_section_does_not() -> None:
    assert content().cards[0].kicker == "Business"


def test_a_pattern_that_cannot_be_filled_says_what_can() -> None:
    with pytest.raises(DigestError, match="lead, others, edition, count"):
        vary.vary(issue(), edition(AFRICA, subject="{{ leed }}"), POOL, NOTHING, None, NAMES)
