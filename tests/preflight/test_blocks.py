"""What preflight says of editors' and sponsors' blocks, in every bundled template."""

from dataclasses import replace

import pytest

from digest.model import Block, BlockKind, FilledSection, Layout
from digest.preflight import Mail
from tests.preflight.mails import GOOD, kinds, rendered, said, story
from tests.render.issue import content

SPONSOR = Block(
    id=1,
    kind=BlockKind.SPONSOR,
    title="Ferries to the islands",
    text="Twice a day from the old harbour.\n\nAll year round.",
    label="Sponsored by Ferries & Sons",
    url="https://ferries.news/offer?a=1&b=2",
)
LETTER = Block(
    id=2, kind=BlockKind.TEXT, text="نشكركم على القراءة", url="https://meridian.example/x"
)


def mail(*blocks: Block, stories: int = 4, **changes: object) -> Mail:
    cards = tuple(story(number) for number in range(stories))
    top = FilledSection(slug="top", title="Top stories", layout=Layout.CARDS, cards=cards)
    insets = (
        FilledSection(slug=one.slug, title="", layout=Layout.CARDS, block=one) for one in blocks
    )
    return rendered(content(*insets, *([top] if cards else []), **(GOOD | changes)))


@pytest.mark.parametrize("template", ["daily", "weekly", "brief", "quiet"])
@pytest.mark.parametrize("style", ["full", "large", "headlines"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_blocks_stand_in_both_parts_and_pass(template: str, style: str, language: str) -> None:
    made = mail(SPONSOR, LETTER, template=template, style=style, language=language)
    assert said(made) == []
    for part in (made.html.replace("&amp;", "&"), made.text):
        assert part.count("Sponsored by Ferries & Sons") == 1
        assert part.count("https://ferries.news/offer?a=1&b=2") == 1
        assert part.index("Sponsored") < part.index("All year round.") < part.index(LETTER.text)
    assert 'dir="rtl"' in made.html, "each block is read in its own direction"


def test_words_of_a_block_are_text() -> None:
    hostile = replace(SPONSOR, title="<script>x</script> {{ name }}", label="[[Dear]] <b>")
    made = mail(hostile)
    assert "<script>x" not in made.html
    assert "{{ name }}" in made.text.replace("\u200b", "")


def test_an_issue_of_blocks_alone_is_no_empty_one() -> None:
    assert ("fields", "warn") not in kinds(said(mail(SPONSOR, stories=0)))
    assert ("fields", "warn") in kinds(said(mail(stories=0)))


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({"label": ""}, "block"),
        ({"title": "", "text": ""}, "block"),
        ({"url": "ftp://ferries.news"}, "block"),
        ({"image": "https://meridian.example/a.png"}, "warn"),
    ],
)
def test_what_a_block_must_say(changes: dict[str, str], level: str) -> None:
    assert ("blocks", level) in kinds(said(mail(replace(SPONSOR, **changes))))  # type: ignore[arg-type]


def test_a_template_that_leaves_the_label_out_is_told() -> None:
    made = mail(SPONSOR)
    left_out = replace(
        made, html=made.html.replace("Sponsored", "xxx"), text=made.text.replace("Sponsored", "xxx")
    )
    assert ("blocks", "block") in kinds(said(left_out))
    assert ("blocks", "warn") in kinds(said(replace(made, text=made.text.replace("Ferries", "x"))))
