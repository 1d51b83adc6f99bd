"""Names that mislead: which country is a story about?"""

import pytest

from digest.curate.classify import Classifier
from digest.model import Classification
from tests.curate_classify.conftest import MakeClassifier, story


@pytest.fixture(scope="module")
def plain(classifier: MakeClassifier) -> Classifier:
    return classifier()


def read(plain: Classifier, headline: str, text: str = "") -> Classification:
    return plain.classify(story(headline, text))


# headline, text, primary country (None: no place), countries that must not appear
TRAPS = [
    # Niger and Nigeria, alone and side by side
    ("Last American Soldiers Leave Niger After the Coup", "", "NE", {"NG"}),
    ("Niger reopens its border with Nigeria", "Niamey said lorries may cross again.", "NE", set()),
    ("Nigeria lends Niger a power line", "Engineers in Abuja began on Monday.", "NG", set()),
    ("Fishermen of the Niger Delta sue over spills", "", "NG", {"NE"}),
    ("Niger State elects a new assembly speaker", "", "NG", {"NE"}),
    ("Nigerien herders cross early", "", "NE", {"NG"}),
    ("Barges return to the Niger River", "They reached Mali on Friday.", "ML", {"NE"}),
    # Georgia, the state and the country
    ("Georgia lawmakers meet on school money", "", "US", {"GE"}),
    ("Peach growers in Georgia count losses", "The frost reached Atlanta.", "US", {"GE"}),
    ("Georgia opens a tunnel", "The road from Tbilisi to the coast is shorter.", "GE", {"US"}),
    ("Georgian winemakers dig up old jars", "", "GE", {"US"}),
    ("Old Georgian terrace in Bristol is restored", "", "GB", {"GE"}),
    ("Thousands lose power in Macon, Georgia", "", "US", {"GE"}),
    # people
    ("Michael Jordan sells his house in Chicago", "", "US", {"JO"}),
    ("Jordan plants cedars", "Farmers near Amman hope for rain.", "JO", set()),
    ("Chad Morris named coach of the year in Texas", "", "US", {"TD"}),
    ("Chad counts its elephants", "Rangers in N'Djamena used drones.", "TD", set()),
    ("Novelist Jack London remembered in Oakland", "", "US", {"GB"}),
    ("Mali Dean wins a folk prize in Dublin", "", "IE", {"ML"}),
    ("Chad President Déby opens a dam", "", "TD", set()),
    ("Israel Adesanya loses his belt", "", None, {"IL"}),
    ("Victoria Beckham opens a shop in Leeds", "", "GB", {"AU"}),
    # firms
    ("Hanover Insurance Co moves", "Hanover said it would stay in Ohio.", "US", {"DE"}),
    ("Bank of Ireland opens a branch in Leeds", "", "GB", {"IE"}),
    ("Bond of a Dutch bank", "It will be listed in Luxembourg.", "NL", {"LU"}),
    # leaders
    ("Bazoum remains under guard", "", "NE", {"NG"}),
    ("Tinubu receives fishermen", "", "NG", {"NE"}),
    # the Guineas, the Congos, the Koreas
    ("Guinea-Bissau votes", "", "GW", {"GN", "PG", "GQ"}),
    ("Papua New Guinea revives a language", "", "PG", {"GN", "GW", "GQ"}),
    ("Equatorial Guinea counts its turtles", "", "GQ", {"GN", "GW", "PG"}),
    ("Guinea raises the price of bauxite", "", "GN", {"PG", "GW", "GQ"}),
    ("School keeps guinea pigs in Leeds", "", "GB", {"GN"}),
    ("DR Congo vaccinates a province", "", "CD", {"CG"}),
    ("Congo opens a port", "Ships reached Pointe-Noire; Brazzaville rejoiced.", "CG", {"CD"}),
    ("Congolese doctors reach Goma", "", "CD", {"CG"}),
    ("North Korea fires a rocket", "", "KP", {"KR"}),
    ("Seoul and Pyongyang reopen a line", "South Korea called first.", "KR", set()),
    # dinner, wars, treaties, seas
    ("Turkey prices rise before the feast in Ohio", "", "US", {"TR"}),
    ("Turkey raises rates", "The lira fell in Ankara.", "TR", set()),
    ("Indian Ocean current slows", "", None, {"IN"}),
    ("Vietnam War veterans march in Denver", "", "US", {"VN"}),
    ("Kenya signs what the Paris Agreement asks", "", "KE", {"FR"}),
    # city, state
    ("Fire in Paris, Texas", "", "US", {"FR"}),
    ("Mill closes in Lebanon, Ohio", "", "US", {"LB"}),
    ("Vienna, Virginia gets a tram", "", "US", {"AT"}),
    ("Storm floods London, Ontario", "", "CA", {"GB"}),
    ("France, Germany and Italy agree on rails", "", "FR", set()),
    ("Crowds at London Waterloo", "", "GB", {"CA", "BE"}),
    ("Vancouver, Washington ferry returns", "", "US", {"CA"}),
    ("Barn burns near Kingston, Penn.", "", "US", {"JM"}),
    ("Punjab police in Lahore get new cars", "", "PK", {"IN"}),
    ("Teachers march in Niger state", "", "NG", {"NE"}),
    ("Boston, Lincolnshire counts its swans", "", "GB", {"US"}),
    # names within names
    ("New Mexico drills for water", "", "US", {"MX"}),
    ("New Jersey bans plastic bags", "", "US", {"JE"}),
    ("South Sudan counts voters", "", "SS", {"SD"}),
    ("Dominican Republic builds a wall", "", "DO", {"DM"}),
    ("Northern Ireland opens a museum", "", "GB", {"IE"}),
    # shouting, initials, accents, other spellings
    ("IRAN AND SAUDI ARABIA EXCHANGE ENVOYS", "", "IR", {"US"}),
    ("FLOODS IN NEW YORK", "", "US", set()),
    ("U.S. cuts a rate", "", "US", set()),
    ("Between us, nobody won", "", None, {"US"}),
    ("Turkiye and Côte d’Ivoire sign", "", "TR", set()),
    ("St Petersburg opens a bridge", "", "RU", {"US"}),
    # elsewhere than where they meet
    ("Yemen talks resume in Geneva", "", "YE", {"CH"}),
    # nothing
    ("How to sleep better", "Keep the window open.", None, set()),
]


@pytest.mark.parametrize(("headline", "text", "country", "never"), TRAPS)
def test_the_country_of(
    plain: Classifier, headline: str, text: str, country: str | None, never: set[str]
) -> None:
    found = read(plain, headline, text)
    assert found.primary_country == country
    assert not never & set(found.countries)


def test_headline_with_niger_and_the_united_states_keeps_both(plain: Classifier) -> None:
    found = read(
        plain,
        "U.S. Military Ends Its Stay in Niger Following a Coup",
        "The last American troops left the base at Agadez. Niger's rulers thanked no one. "
        "Niamey has turned to others.",
    )
    assert found.countries == ("NE", "US")
    assert found.regions == ("africa", "americas")
    assert found.topics[0] == "conflict_security"


def test_a_person_stays_a_person_through_the_story(plain: Classifier) -> None:
    text = "Michael Jordan won six titles. Jordan retired twice. Jordan now owns a team in Chicago."
    assert "JO" not in read(plain, "A life in six rings", text).countries


def test_evidence_says_where_a_country_was_found(plain: Classifier) -> None:
    found = read(plain, "Niger counts camels", "In Niger the census took a month. Niger paid.")
    assert found.evidence[0].found == "Niger: headline, 3 mentions"
    assert found.evidence[0].value == "NE"


def test_the_european_union_is_in_europe_and_in_no_country(plain: Classifier) -> None:
    found = read(plain, "European Commission proposes a rule for rail tickets")
    assert found.countries == ("EU",)
    assert found.regions == ("europe",)


def test_a_part_of_the_world_gives_a_region_without_a_country(plain: Classifier) -> None:
    found = read(plain, "Across Africa, phones replace banks", "Africa leads.")
    assert found.countries == ()
    assert found.regions == ("africa",)


def test_names_in_the_language_of_the_story(plain: Classifier) -> None:
    swahili = plain.classify(story("Uturuki yajenga reli mpya", language="sw"))
    arabic = plain.classify(story("النيجر تفتح مدرسة", language="ar"))
    hindi = plain.classify(story("नाइजर में बारिश", language="hi"))
    french = plain.classify(story("L’Allemagne ferme une mine", language="fr-FR"))
    assert [found.primary_country for found in (swahili, arabic, hindi, french)] == [
        "TR",
        "NE",
        "NE",
        "DE",
    ]


@pytest.mark.parametrize(
    ("language", "headline", "country"),
    [
        ("fr", "Le président nigérien reçoit les éleveurs", "NE"),
        ("fr", "Une députée allemande démissionne", "DE"),
        ("es", "Los agricultores españoles cierran la carretera", "ES"),
        ("es", "La ministra alemana viaja en tren", "DE"),
        ("pt", "Pescadores moçambicanos pedem redes novas", "MZ"),
        ("pt", "Chuva forte no Brasil", "BR"),
        ("ar", "أمطار غزيرة بالنيجر", "NE"),
        ("ar", "افتتاح مدرسة في كينيا", "KE"),
        ("hi", "भारतीय किसानों ने बीज बाँटे", "IN"),
        ("sw", "Wakenya wapanda miti", "KE"),
    ],
)
def test_people_and_joined_names_in_other_languages(
    plain: Classifier, language: str, headline: str, country: str
) -> None:
    assert plain.classify(story(headline, language=language)).primary_country == country
