"""What was left over is found, and what real headlines hold is left alone."""

import pytest

from tests.preflight.mails import mail, said, story

LEFT_OVER = {
    "block": [
        "Lorem ipsum dolor sit amet",
        "TKTK on the harbour vote",
        "Mayor says TKTKTK",
        "[placeholder] for Tuesday",
        "[Headline] goes in",
        "[insert headline here]",
        "[link to report here]",
        "EMBARGOED UNTIL 6PM: Budget day",
    ],
    "warn": [
        "Council spends TK on the quay",
        "Fire kills TK people in mill",
        "Cost rises to $TK",
        "Headline TK",
        "TK",
        "XXX people still missing after flood",
        "Council spends $XXX on the quay",
        "Harbour rebuilt for XXXX crowns",
        "DRAFT: harbour vote",
        "[DRAFT] Harbour vote",
        "Test post",
        "test",
        "Test test test",
        "Harbour &amp; quay",
        "The mayor&#8217;s quay",
        "The <b>bold</b> harbour<br />",
        "The mayorâ€™s quay",
        "CafÃ© closes",
    ],
}
REAL = [
    "Super Bowl XXX remembered, thirty years on",
    "What the Games of the XXX Olympiad left behind",
    "Vin Diesel returns for a fourth xXx film",
    "XXX-rated cinema is to become a library",
    "TK Maxx closes three stores in the north",
    "Profits fall at TK Elevator",
    "Flight TK 1951: what the inquiry found",
    "Rapper TK wins a second award",
    "NFL Draft: the Bears pick first",
    "Draft law on fishing goes to the vote",
    "Test: England are all out by tea",
    "England win the third Test, and the tests go on",
    "The minister said “[the] date is fixed” [video]",
    "“He [name withheld] was kind”, says a neighbour",
    "Embargoed goods seized at the port",
    "AT&T & Q&A: R&D spending falls",
    "3 < 5 and 7 > 2, say mathematicians",
    "A  double  space | The Meridian",
    "Toyota, Kia and TK Holdings settle",
    "São Paulo: ação contra enchentes",
    "I ♥ <3 harbour",
]


@pytest.mark.parametrize(
    ("headline", "level"), [(text, level) for level, texts in LEFT_OVER.items() for text in texts]
)
def test_left_over(headline: str, level: str) -> None:
    (found,) = said(mail(story(1), story(0, headline=headline)))
    assert (found.check, found.level) == ("residue", level)


@pytest.mark.parametrize("headline", REAL)
def test_real_headlines(headline: str) -> None:
    assert said(mail(story(1), story(0, headline=headline))) == []


def test_elsewhere_than_in_headlines() -> None:
    assert [it.where for it in said(mail(story(0, standfirst="Price: $TK")))] == [
        "standfirst of “A library on a ferry reaches the lake’s last islands”"
    ]
    assert said(mail(story(0, kicker="Test"))) == [], "a cricket page may well be called so"
