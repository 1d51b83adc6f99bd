"""Enough that is new to come again."""

from dataclasses import replace

from digest.curate.changes import changed, is_update
from tests.making import parsed

BODY = " ".join(f"word{number}" for number in range(100))
SENT = replace(parsed(1), headline="Ferry runs aground off Zanzibar", text=BODY)


def test_a_few_words_more_are_no_update() -> None:
    assert not is_update(SENT, replace(SENT, text=BODY + " and a correction"))
    assert not is_update(SENT, replace(SENT, headline="Ferry runs aground near Zanzibar"))


def test_another_headline_or_a_third_more_text_is() -> None:
    assert is_update(SENT, replace(SENT, headline="All 214 aboard the Mwangaza are safe"))
    more = BODY + " " + " ".join(f"more{number}" for number in range(50))
    assert is_update(SENT, replace(SENT, text=more))


def test_the_order_of_words_and_nothing_at_all() -> None:
    assert changed("a b c", "c b a") == 0
    assert changed("", "") == 0
    assert changed("a b", "c d") == 1
