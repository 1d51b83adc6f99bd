"""Variants are joins: equal to plain Jinja2's whole, sharing fragments, named by content."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.model import (
    Block,
    BlockKind,
    Card,
    FilledSection,
    Layout,
    StoryId,
    Token,
    VariantContent,
)
from digest.render.mistakes import BadTemplateError
from digest.render.render import Renderer
from digest.render.slim import tidy_html, tidy_text
from digest.render.tokens import fill
from digest.render.view import spots
from tests.render.issue import (
    ARABIC,
    BRAND,
    HINDI,
    TEMPLATES,
    TOKENS,
    card,
    content,
    twenty,
    write_files,
)

RENDERER = Renderer([TEMPLATES], BRAND)
HEAD = (
    "<mjml><mj-head><mj-title>{% block title %}{{ subject }}{% endblock %}</mj-title>"
    '<mj-attributes><mj-all font-family="Georgia, serif"/></mj-attributes></mj-head><mj-body>'
)
TAIL = "</mj-body></mjml>"
STORIES = (
    "{% block stories %}{% for section in sections %}"
    "{% block section_title scoped %}<mj-raw>{{ section.title }}</mj-raw>{% endblock %}"
    "{% for place in section.places %}"
    "{% block card scoped %}<mj-raw>{{ place.card.headline }}</mj-raw>{% endblock %}"
    "{% endfor %}{% endfor %}{% endblock %}"
)

LOOP = "may hold one loop over sections"


def whole(of: VariantContent, renderer: Renderer = RENDERER) -> tuple[str, str]:
    """The oracle: both parts in one run of plain Jinja2."""
    fragment = renderer.kit(of).whole(of)
    return fill(fragment.html, TOKENS, html=True), fill(fragment.text, TOKENS, html=False)


def joined(of: VariantContent, renderer: Renderer = RENDERER) -> tuple[str, str]:
    """The same of fragments. White space where they meet may be folded once more."""
    variant = renderer.render(of)
    html = tidy_html(fill(variant.html, TOKENS, html=True))
    return html, tidy_text(fill(variant.text, TOKENS, html=False))


BLOCKS = (
    Block(id=1, kind=BlockKind.TEXT, title="From the desk", text="One & two.\n\nThree."),
    Block(
        id=2,
        kind=BlockKind.SPONSOR,
        label="Sponsored by “A & B”",
        text=ARABIC,
        url="https://sponsor.example/?a=1&b=2",
        image="https://sponsor.example/a.png",
        alt="A ferry",
    ),
)


def inset(block: Block) -> FilledSection:
    return FilledSection(slug=block.slug, title="", layout=Layout.CARDS, block=block)


def pool() -> tuple[FilledSection, ...]:
    """Sections of every layout, with and without pictures, in several scripts; and blocks."""
    words = ("A library on a ferry", HINDI, ARABIC, "“Q&A” <b> C:\\x")
    stories = tuple(
        FilledSection(
            slug=f"{layout.value}-{number}",
            title=f"Section {number}" if number != 2 else "",
            layout=layout,
            cards=tuple(
                card(
                    100 * number + at,
                    f"{words[at % 4]} {at}",
                    picture="https://m.example/a.png" if at % 3 else "",
                )
                for at in range(9)
            ),
        )
        for number, layout in enumerate((*Layout, *Layout))
    )
    return (*stories, *map(inset, BLOCKS))


def selected(
    random: Random, sections: tuple[FilledSection, ...]
) -> list[tuple[str, list[StoryId]]]:
    """Some stories of some sections, in any order."""
    some = random.sample(sections, random.randint(0, len(sections)))
    return [(one.slug, [card.story for card in _some(random, one.cards)]) for one in some]


def _some(random: Random, cards: Sequence[Card]) -> Sequence[Card]:
    return random.sample(cards, random.randint(0, 7)) if cards else ()


def written_out(
    selection: list[tuple[str, list[StoryId]]], sections: tuple[FilledSection, ...], **more: object
) -> VariantContent:
    by_slug = {section.slug: section for section in sections}
    filled = []
    for slug, stories in selection:
        section = by_slug[slug]
        cards = {card.story: card for card in section.cards}
        filled.append(
            FilledSection(
                slug=slug,
                title=section.title,
                layout=section.layout,
                cards=tuple(cards[story] for story in stories),
                block=section.block,
            )
        )
    return content(*filled, **more)


@settings(max_examples=60, deadline=None)
@given(
    st.randoms(use_true_random=False),
    st.sampled_from(["daily", "brief", "weekly", "quiet"]),
    st.sampled_from(["en", "ar"]),
)
def test_a_join_is_what_plain_jinja_renders(random: Random, template: str, language: str) -> None:
    sections = pool()
    selection = selected(random, sections)
    of = written_out(selection, sections, template=template, language=language)
    assert joined(of) == whole(of)
    kit = RENDERER.kit(of).issue(sections)
    variant = kit.variant(selection, subject=of.subject, preheader=of.preheader)
    assert variant == RENDERER.render(of), "by reference or written out: the same variant"


def test_equal_selections_are_one_variant_and_share_their_fragments() -> None:
    sections = twenty().sections
    kit = RENDERER.kit(twenty()).issue(sections)
    everything = [(one.slug, [card.story for card in one.cards]) for one in sections]
    one = kit.variant(everything, subject="s", preheader="p")
    same = kit.variant([*everything, ("top", [])], subject="s\n", preheader="p")
    assert one.key == same.key
    assert all(a is b for a, b in zip(one.fragments, same.fragments, strict=True))
    others = [
        kit.variant(everything[1:], subject="s", preheader="p"),
        kit.variant(everything[::-1], subject="s", preheader="p"),
        kit.variant(everything, subject="other", preheader="p"),
        kit.variant(everything, subject="s", preheader="other"),
    ]
    assert len({one.key, *(other.key for other in others)}) == 5
    again = Renderer([TEMPLATES], BRAND).kit(twenty()).issue(sections)
    assert again.variant(everything, subject="s", preheader="p").key == one.key


def test_a_story_or_section_that_is_not_there_is_told() -> None:
    kit = RENDERER.kit(twenty()).issue(twenty().sections)
    for selection in ([("none", [StoryId(1)])], [("top", [StoryId(999)])]):
        with pytest.raises(KeyError):
            kit.variant(selection, subject="s", preheader="p")


def test_an_edited_card_is_a_new_fragment_and_no_other() -> None:
    one = card(1, "Old words")
    section = FilledSection(slug="a", title="A", layout=Layout.CARDS, cards=(one, card(2, "x")))
    before = RENDERER.render(content(section))
    edited = FilledSection(
        slug="a", title="A", layout=Layout.CARDS, cards=(card(1, "New words"), card(2, "x"))
    )
    after = RENDERER.render(content(edited))
    changed = [a for a, b in zip(before.fragments, after.fragments, strict=True) if a is not b]
    assert len(changed) == 1
    assert "New words" in "".join(after.html)


@pytest.mark.parametrize(
    ("pictured", "layout", "kinds"),
    [
        ((True, True, True), Layout.CARDS, "pair( pair) wide()"),
        ((True, False, False, True), Layout.CARDS, "wide() plain_pair( plain_pair) wide()"),
        ((False, True), Layout.LEAD, "lead() wide()"),
        ((True, False), Layout.HEADLINES, "list( list)"),
        ((True,), Layout.HEADLINES, "list()"),
        ((), Layout.LEAD, ""),
    ],
)
def test_where_cards_stand(pictured: tuple[bool, ...], layout: Layout, kinds: str) -> None:
    told = [f"{one.kind}{'(' * one.opens}{')' * one.closes}" for one in spots(pictured, layout)]
    assert " ".join(told) == kinds


def test_fragments_grow_with_stories_not_with_orders() -> None:
    sections = (pool()[1],)
    kit = RENDERER.kit(content()).issue(sections)
    random = Random(3)
    fragments = set()
    for _ in range(300):
        stories = [card.story for card in random.sample(sections[0].cards, 6)]
        variant = kit.variant([(sections[0].slug, stories)], subject="s", preheader="p")
        fragments |= {fragment.digest for fragment in variant.fragments}
    assert len(fragments) <= 12 + 9 * 6


def own(tmp_path: Path, mjml: str, text: str = "{{ leave_url }}") -> Renderer:
    write_files(tmp_path, {"own.mjml": mjml, "own.txt": text})
    return Renderer([tmp_path, TEMPLATES], BRAND)


def test_an_own_template_without_blocks_is_rendered_whole(tmp_path: Path) -> None:
    body = "{% for s in sections %}{% for c in s.cards %}<mj-raw>{{ c.headline }}|</mj-raw>"
    page = HEAD + body + "{% endfor %}{% endfor %}" + TAIL
    renderer = own(tmp_path, page, "{% for s in sections %}{{ s.title }}\n{% endfor %}{{ name }}")
    of = content(*twenty().sections, template="own")
    assert joined(of, renderer) == whole(of, renderer)
    assert "Story 1:" in joined(of, renderer)[0]
    assert joined(of, renderer)[1].startswith("Top stories\nAfrica\n")


def test_any_block_of_the_frame_may_tell_of_the_variant(tmp_path: Path) -> None:
    index = "{% for one in sections %}[{{ one.title }}: {{ one.cards|length }}]{% endfor %}"
    page = HEAD + f"<mj-raw>{{% block index %}}{index}{{% endblock %}}</mj-raw>" + STORIES + TAIL
    renderer = own(tmp_path, page)
    for sections in (twenty().sections, twenty().sections[1:3]):
        of = content(*sections, template="own")
        assert joined(of, renderer) == whole(of, renderer)
    assert "[Africa: 5][Asia &amp; Oceania: 2]" in joined(of, renderer)[0]
    assert "Top stories" not in joined(of, renderer)[0]


@pytest.mark.parametrize(
    ("stories", "says"),
    [
        (
            STORIES.replace("{% endblock %}{% endfor %}", "{% endblock %}{{ dir }}{% endfor %}"),
            LOOP,
        ),
        (STORIES.replace("{% endfor %}{% endfor %}", "{% endfor %}{{ dir }}{% endfor %}"), LOOP),
        (STORIES.replace("in sections %}", "in sections[:3] %}"), LOOP),
        (STORIES.replace("section.places %}", "section.places if place %}"), LOOP),
        (STORIES.replace("block card", "block story"), LOOP),
        (STORIES + "{% block card %}{% endblock %}", "block 'card' defined twice"),
        (STORIES.replace("headline }}", "headline|shout }}"), "No filter named 'shout'"),
        ("<mj-raw>{{ preheader }}</mj-raw>" + STORIES, "'preheader' differs between variants"),
        (STORIES.replace("place.card.headline", "loop.index"), "'loop' is undefined"),
    ],
)
def test_what_joining_would_lose_is_refused(tmp_path: Path, stories: str, says: str) -> None:
    with pytest.raises(BadTemplateError, match=r"own\.mjml:1: ") as raised:
        own(tmp_path, HEAD + stories + TAIL).render(content(*twenty().sections, template="own"))
    assert says in str(raised.value)


def test_name_and_click_are_tokens(tmp_path: Path) -> None:
    links = STORIES.replace("place.card.headline }}", "place.card.url }}{{ click }}")
    page = HEAD + "<mj-raw>Dear {{ name }}</mj-raw>" + links + TAIL
    variant = own(tmp_path, page).render(content(*twenty().sections, template="own"))
    tokens = {**TOKENS, Token.NAME: "Zoë <b>", Token.CLICK: "&r=7"}
    html = fill(variant.html, tokens, html=True)
    assert "Dear Zoë &lt;b&gt;" in html
    assert html.count("b=2&amp;r=7") == 20
