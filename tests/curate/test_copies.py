"""One copy: cut, retitled, shuffled; never two reports that only share a form."""

from dataclasses import replace
from datetime import timedelta

from digest.curate.copies import copies
from digest.curate.similarity import Text
from tests.making import NOW

LEAD = (
    "The harbour council of Westhaven voted on Monday to close the old grain quay, "
    "ending eighty years of barley shipments from the northern plain. "
)
MORE = (
    "Pilots will guide the last freighter out at dawn on Friday, the harbour master said. "
    "A museum of the trade is to open in the empty silos next spring. "
    "Farmers fear that rail freight will cost them a fifth more than the boats did."
)
STORY = Text(title="Westhaven closes its grain quay", body=LEAD + MORE, at=NOW)
OTHER = Text(
    title="Ferry fares rise",
    body="Crossing the sound costs more from next month, the ferry line announced; "
    "commuters with a season ticket pay the old price until the end of the year.",
    at=NOW,
)


def test_a_cut_and_retitled_copy_goes_to_the_earliest() -> None:
    later = Text(title="Last boats leave", body=MORE, at=NOW + timedelta(hours=3))
    assert copies([later, STORY, OTHER]) == (1, 1, 2)


def test_sentences_in_another_order_are_the_same_copy() -> None:
    turned = Text(title="Farmers fear rail", body=MORE + " " + LEAD, at=NOW)
    assert copies([STORY, turned]) == (0, 0)


def test_a_report_of_the_same_event_in_other_words_is_no_copy() -> None:
    own = Text(
        title="Grain boats to leave Westhaven for good",
        body="Barley will no longer be loaded at Westhaven. Councillors decided this week that "
        "the quay, where ships have called for eighty years, is to shut on Friday.",
        at=NOW,
    )
    assert copies([STORY, own]) == (0, 1)


def test_one_form_with_other_figures_is_another_story() -> None:
    form = "Qtly div {} cts vs {} cts prior Pay April {} Record March {} the board of the bank said"
    one = Text(title="ALPHA BANK SETS PAYOUT", body=form.format(18, 17, 15, 31))
    two = Text(title="BETA STORES SETS PAYOUT", body=form.format(65, 60, 20, 19))
    assert copies([one, two]) == (0, 1)


def test_headlines_alone_must_be_equal_and_more_than_a_columns_name() -> None:
    said = "Parliament votes to keep the clocks as they are"
    assert copies([Text(title=said), Text(title=said.upper()), Text(title=said + " now")]) == (
        0,
        0,
        2,
    )
    assert copies([Text(title="The morning briefing"), Text(title="The morning briefing")]) == (
        0,
        1,
    )


def test_a_week_later_the_same_text_is_news_again() -> None:
    again = replace(STORY, at=NOW + timedelta(days=8))
    assert copies([STORY, again]) == (0, 1)
    assert copies([STORY, replace(again, at=None)]) == (1, 1)


def test_nothing_and_empty_texts() -> None:
    assert copies([]) == ()
    assert copies([Text(title=""), Text(title="", body="…"), Text(title="")]) == (0, 1, 2)
