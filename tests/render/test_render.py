"""One render call: whatever a story says, the page stays ours; same content, same mail."""

from dataclasses import replace
from html import escape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.model import FilledSection, Image, Layout, More, RenderedVariant, Token, VariantContent
from digest.render.brand import Brand, contrast
from digest.render.mistakes import BadTemplateError
from digest.render.render import Renderer
from digest.render.tokens import fill
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
HOSTILE = (
    "{{ brand }} {% for x in y %} {# z #}",
    "</mj-text></mj-column><mj-raw><script>alert(1)</script>",
    "\"quotes\" 'single' \\backslash\\ C:\\x",
    "line\r\nBcc: other@example.org\nsecond",
    "--></td><!--[if mso]><script>x</script><![endif]-->",
    "-name- [unsubscribe] <%asm_group_unsubscribe_raw_url%>",
    f"{HINDI} {ARABIC} 👩‍🚒 🇺🇦 e\u0301",
    "zJ0001Zj zT0000Tz",
    "nul\x00 esc\x1b bell\x07 \ud800 lone",
    "\u202eoverride\u202c \u2066isolate\u2069",
)


class Page(HTMLParser):
    """A rendered page as a browser would take it apart."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def values(self, tag: str, attribute: str) -> list[str]:
        return [(attrs.get(attribute) or "") for name, attrs in self.tags if name == tag]


def html(variant: RenderedVariant) -> str:
    return fill(variant.html, TOKENS, html=True)


def text(variant: RenderedVariant) -> str:
    return fill(variant.text, TOKENS, html=False)


def one(*cards: object, layout: Layout = Layout.CARDS) -> VariantContent:
    section = FilledSection(slug="a", title="A", layout=layout, cards=cards)  # type: ignore[arg-type]
    return content(section)


def test_same_content_same_bytes_and_key() -> None:
    first = RENDERER.render(twenty())
    again = Renderer([TEMPLATES], BRAND).render(twenty())
    assert first == again
    other = RENDERER.render(content(*twenty().sections[:2]))
    assert other.key != first.key


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("layout", list(Layout))
def test_a_hostile_story_is_only_text(hostile: str, layout: Layout) -> None:
    fields = {"kicker": hostile, "standfirst": hostile, "byline": hostile, "alt": hostile}
    picture = "https://meridian.example/a.png"
    nasty = card(1, hostile, picture=picture, source=hostile, **fields)
    plain = card(1, "plain", picture=picture, source="plain", **dict.fromkeys(fields, "plain"))
    page, usual = (Page(html(RENDERER.render(one(it, layout=layout)))) for it in (nasty, plain))
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in usual.tags]
    assert {key for _, attrs in page.tags for key in attrs} == {
        key for _, attrs in usual.tags for key in attrs
    }
    lines = text(RENDERER.render(one(nasty, layout=layout))).split("\n")
    assert not any(line.startswith(("Bcc:", "second")) for line in lines)


def test_headline_and_alt_arrive_whole() -> None:
    for words in (HINDI, ARABIC, "“café” C:\\x & <b>", "👩‍🚒 e\u0301 \u00a0nbsp"):
        variant = RENDERER.render(one(card(1, words, picture="https://m.example/a.png", alt=words)))
        page = Page(html(variant))
        expected = " ".join(words.replace("\u00a0", "\u00a0").split(" "))
        assert words in page.words or expected in page.words
        assert words in page.values("img", "alt")
        assert words in text(variant)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from(list(Layout)))
def test_any_text_at_all_renders_the_same_page(head: str, more: str, layout: Layout) -> None:
    nasty = card(1, f"x{head}", kicker=f"x{more}", standfirst=f"y{more}", byline="z" + head)
    plain = card(1, "x", kicker="x", standfirst="y", byline="z")
    page, usual = (Page(html(RENDERER.render(one(it, layout=layout)))) for it in (nasty, plain))
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in usual.tags]


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example", "", "https://a b", "http://"],
)
def test_an_unusable_address_is_never_a_link(url: str) -> None:
    page = Page(html(RENDERER.render(one(card(1, "x", url=url, picture="data:image/png,x")))))
    assert "#" in page.values("a", "href")
    assert url not in page.values("a", "href") or url == ""
    assert page.values("img", "src") == []


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://m.example/it's?a=1&b=2#c", "https://m.example/it's?a=1&b=2#c"),
        ("https://m.example/नदी", "https://m.example/नदी"),
        ('https://m.example/a b"c?q={{x}}|y', "https://m.example/a%20b%22c?q=%7B%7Bx%7D%7D%7Cy"),
    ],
)
def test_a_usable_address_stays(url: str, link: str) -> None:
    assert link in Page(html(RENDERER.render(one(card(1, "x", url=url))))).values("a", "href")


def test_a_language_that_is_none_is_the_editions() -> None:
    page = Page(html(RENDERER.render(one(card(1, "x", language='en"><script>')))))
    assert set(page.values("div", "lang")) <= {"en", ""}


def test_tokens_are_cut_out_and_cannot_be_forged() -> None:
    variant = RENDERER.render(one(card(1, "leave_url preferences_url {{ leave_url }}")))
    for pieces in (variant.html, variant.text):
        assert [piece for piece in pieces if isinstance(piece, Token)] == [
            Token.PREFERENCES_URL,
            Token.LEAVE_URL,
        ]
        assert "zT" not in "".join(pieces)
    links = Page(html(variant)).values("a", "href")
    assert links[-3:-1] == [TOKENS[Token.PREFERENCES_URL], TOKENS[Token.LEAVE_URL]]
    assert escape(TOKENS[Token.PREFERENCES_URL]) in html(variant)
    assert TOKENS[Token.PREFERENCES_URL] in text(variant)


def test_subject_is_cleaned_and_capped() -> None:
    variant = RENDERER.render(content(subject="a\r\nBcc: b\x00\u202e" + "long " * 100))
    assert variant.subject.startswith("a Bcc: b long")
    assert len(variant.subject) <= 250


def test_twenty_stories_are_light_and_well_built() -> None:
    variant = RENDERER.render(twenty())
    page = Page(html(variant))
    assert len(html(variant).encode()) <= 80_000
    headings = [int(tag[1]) for tag, _ in page.tags if tag in {"h1", "h2", "h3", "h4"}]
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))
    assert all(attrs.get("role") == "presentation" for tag, attrs in page.tags if tag == "table")
    assert all("alt" in attrs for tag, attrs in page.tags if tag == "img")
    assert page.values("html", "lang") == ["en"]
    assert page.values("html", "dir") == ["ltr"]
    assert "script" not in {tag for tag, _ in page.tags}
    hosts = {url.split("/")[2] for url in page.values("img", "src")}
    assert hosts == {"meridian.example"}, "nothing is loaded from a third party"
    assert html(variant).count("<!--[if") == html(variant).count("<![endif]-->")


@pytest.mark.parametrize("template", ["daily", "brief", "quiet"])
def test_every_story_is_in_both_parts(template: str) -> None:
    issue = content(*twenty().sections, template=template)
    variant = RENDERER.render(issue)
    links = Page(html(variant)).values("a", "href")
    for item in issue.cards:
        assert item.url in links
        assert item.headline in Page(html(variant)).words
        assert f"\n{item.url}\n" in text(variant)
    assert "&amp;" not in text(variant)


def test_a_story_in_another_script_keeps_its_own_direction() -> None:
    page = Page(html(RENDERER.render(one(card(1, ARABIC, language="ar", standfirst="")))))
    assert ("ar", "rtl") in {(attrs.get("lang"), attrs.get("dir")) for _, attrs in page.tags}
    assert ("en", "ltr") in {(attrs.get("lang"), attrs.get("dir")) for _, attrs in page.tags}


def test_a_right_to_left_edition_turns_round() -> None:
    page = Page(html(RENDERER.render(content(*twenty().sections, language="ar"))))
    assert page.values("html", "dir") == ["rtl"]
    styles = [attrs.get("style") or "" for tag, attrs in page.tags if tag == "td"]
    assert any("direction:rtl" in style for style in styles)
    assert not any("direction:ltr" in style for style in styles)


def test_a_picture_too_small_is_left_out() -> None:
    pixel = card(1, "x")
    pixel = replace(pixel, image=Image(url="https://m.example/p.gif", width=1, height=1))
    assert Page(html(RENDERER.render(one(pixel)))).values("img", "src") == []


def test_a_logo_stands_in_for_the_name() -> None:
    brand = Brand(
        name="The Meridian", site_url="https://m.example", logo_url="https://m.example/l.png"
    )
    page = Page(html(Renderer([TEMPLATES], brand).render(content())))
    assert page.values("img", "alt") == ["The Meridian"]
    assert page.values("img", "width") == ["180"]


def test_a_template_that_fails_while_rendering_names_its_line(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {"partials/footer.mjml": "<mj-raw>\n{{ brand.name }}\n{{ nothing.here }}</mj-raw>"},
    )
    with pytest.raises(BadTemplateError, match=r"partials/footer\.mjml:3: UndefinedError"):
        Renderer([tmp_path, TEMPLATES], BRAND).render(content())
    write_files(tmp_path, {"partials/footer.txt": "a\n{{ 1 // 0 }}"})
    (tmp_path / "partials/footer.mjml").unlink()
    with pytest.raises(BadTemplateError, match=r"partials/footer\.txt:2: ZeroDivisionError"):
        Renderer([tmp_path, TEMPLATES], BRAND).render(content())


def test_a_template_cannot_reach_into_the_program(tmp_path: Path) -> None:
    write_files(tmp_path, {"partials/footer.txt": "{{ brand.__class__.__mro__ }}"})
    with pytest.raises(BadTemplateError, match="SecurityError"):
        Renderer([tmp_path, TEMPLATES], BRAND).render(content())


@pytest.mark.parametrize("name", ["../daily", "none", "Daily", "daily.mjml", ""])
def test_an_unknown_template_is_told(name: str) -> None:
    with pytest.raises(BadTemplateError):
        RENDERER.render(content(template=name))


def test_fingerprint_tells_templates_and_brand_apart(tmp_path: Path) -> None:
    assert RENDERER.fingerprint("daily") == Renderer([TEMPLATES], BRAND).fingerprint("daily")
    prints = {
        RENDERER.fingerprint("daily"),
        RENDERER.fingerprint("brief"),
        Renderer([TEMPLATES], Brand(name="Other")).fingerprint("daily"),
        Renderer(
            [write_files(tmp_path, {"partials/footer.txt": "own"}), TEMPLATES], BRAND
        ).fingerprint("daily"),
    }
    assert len(prints) == 4


@pytest.mark.parametrize("palette", [BRAND.light, BRAND.dark])
def test_every_text_colour_has_contrast(palette: object) -> None:
    for ground in (palette.paper, palette.sheet):  # type: ignore[attr-defined]
        for colour in (palette.ink, palette.quiet, palette.accent):  # type: ignore[attr-defined]
            assert contrast(ground, colour) >= 4.5, (ground, colour)
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_a_quiet_day_without_a_story_still_says_something() -> None:
    variant = RENDERER.render(content(template="quiet", subject="World Morning: a quiet day"))
    assert "There is nothing new for you today." in Page(html(variant)).words
    assert "A QUIET DAY\n\nThere is nothing new for you today." in text(variant)
    assert variant.subject == "World Morning: a quiet day"


def test_other_reports_and_updates_are_told_in_both_parts() -> None:
    more = (
        More(headline="Ferry: what the divers saw", url="https://meridian.example/dive?a=1&b=2"),
        More(headline=ARABIC, url="https://meridian.example/ar", source="Al <Wire>"),
        More(headline="No way there", url="javascript:alert(1)"),
    )
    told = replace(card(1, "Ferry aground"), more=more, update=True)
    for layout in (Layout.LEAD, Layout.CARDS, Layout.HEADLINES):
        section = FilledSection(slug="top", title="Top", layout=layout, cards=(told,))
        variant = RENDERER.render(content(section))
        page, plain = html(variant), text(variant)
        assert "Updated" in page
        assert "Updated: " in plain
        assert "No way there" not in page + plain
        if layout is not Layout.HEADLINES:
            assert "More on this" in page
            assert 'href="https://meridian.example/dive?a=1&amp;b=2"' in page
            assert '<li dir="rtl"' in page
            assert "Al &lt;Wire&gt;" in page
        assert f"- {ARABIC} (Al <Wire>)" in plain
        assert "  https://meridian.example/dive?a=1&b=2" in plain
