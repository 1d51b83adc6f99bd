"""A story may say anything, in any of its strings: the mail says it, and does nothing of it.

The pages are read by Lexbor, which reads them as browsers do. What stands in the mail for any
content, and where, is learnt from a harmless issue of the same shape.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from email import policy
from email.parser import BytesParser
from functools import cache

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

from digest.model import Card, FilledSection, Image, Layout, More, StoryId, Token, VariantContent
from digest.render.clean import clean_line
from digest.render.message import build
from digest.render.render import Renderer
from digest.render.tokens import fill
from tests.render.issue import BRAND, TEMPLATES, TOKENS, content, message

RENDERER = Renderer([TEMPLATES], BRAND)
#: what would act in one of the languages that a mail passes through
ACTING = (
    "{{ 7 * 7 }}", "{% include 'daily.mjml' %}", "{# gone #}", "{{ leave_url }}", "{%", "}}",
    "-name-", "-leave_url-", "[unsubscribe]", "[weblink]", "<%asm_group_unsubscribe_raw_url%>",
    "<%body%>", "%recipient.name%", "*|NAME|*", "%(edition)s", "%s", "${x}", "zJ0001Zj", "zT0Tz",
    "</mj-text></mj-column>", "<mj-raw>", "<mj-include path='/etc/passwd'/>", "</title>",
    "</style>",
    "<!--[if mso]><b>x</b><![endif]-->", "-->", "<![endif]-->", "<!--", "<![CDATA[", "]]>", "<?php",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<form action=//evil.example>",
    "<svg/onload=x>", "<a href=javascript:x>", "<base href=//evil.example>", "<meta http-equiv=x>",
    '" onmouseover="x', "' onclick='x", '"><script>', "`", "&lt;b&gt;", "&#x3c;b&#62;", "&amp;amp;",
    "\r\nBcc: thief@evil.example\r\n", "\n\n--=_", "\n.\n", "\r", "\u2028", "\x00", "\x1b[31m",
    "\x85",
    "=?utf-8?q?x?=", "\u202e", "\u2066", "\ud800", "\U000e0041", "e\u0301", "👩‍🚒", "नमस्ते", "سلام",
)  # fmt: skip
SCHEMES = (
    "javascript:alert(1)", "JaVaScRiPt:x", "java\nscript:x", " javascript:x", "data:text/html,x",
    "vbscript:x", "file:///etc/passwd", "//evil.example", "mailto:a@b.example", "cid:1", "http:",
    "https://", "https://[", "https://a:b@m.example/", 'https://m.example/"onclick="x', "",
    "https://m.example/{{ leave_url }}", "https://m.example/-name-<%x%>", "https://m.example/a b",
    "https://m.example/?a=1&b=2#c", "https://m.example/\u1680", "https://m.example/\u3000x", "https://m.example/नदी",
)  # fmt: skip
#: controls, bidi overrides and isolates, line separators; a line feed and a tab are the template's
CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
anything = st.text(st.characters(exclude_categories=()), max_size=30)
hostile = st.lists(st.sampled_from(ACTING) | anything, max_size=4).map("".join)
addresses = st.sampled_from(SCHEMES) | hostile.map(lambda text: f"https://m.example/{text}")
addresses |= hostile
cards = st.builds(
    Card,
    story=st.just(StoryId(1)),
    headline=hostile,
    url=addresses,
    standfirst=hostile,
    kicker=hostile,
    byline=hostile,
    source=hostile,
    language=hostile | st.sampled_from(["en", "ar", "hi"]),
    image=st.none() | st.builds(Image, url=addresses, alt=hostile),
    published_at=st.none(),
    update=st.booleans(),
    more=st.lists(st.builds(More, headline=hostile, url=addresses, source=hostile), max_size=2).map(
        tuple
    ),
)
sections = st.builds(
    FilledSection,
    slug=st.just("a"),
    title=hostile,
    layout=st.sampled_from(Layout),
    cards=st.lists(cards, max_size=3).map(tuple),
)


def numbered(told: Sequence[FilledSection]) -> tuple[FilledSection, ...]:
    """The same sections, each and each of its stories with a name of its own."""
    return tuple(
        replace(
            section,
            slug=f"s{at}",
            cards=tuple(
                replace(card, story=StoryId(number)) for number, card in enumerate(section.cards)
            ),
        )
        for at, section in enumerate(told)
    )


issues = st.builds(
    lambda told, **more: content(*numbered(told), **more),
    st.lists(sections, min_size=1, max_size=3),
    template=st.sampled_from(["daily", "brief", "quiet"]),
    language=st.sampled_from(["en", "ar"]),
    edition_name=hostile,
    subject=hostile,
    preheader=hostile,
)
often = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
all_at_once = "".join(ACTING)


def one(text: str) -> VariantContent:
    """An issue that says nothing but ``text``, in each layout."""
    words = {one.name: text for one in fields(Card) if one.type is str}
    card = Card(
        **(words | {"url": f"https://m.example/{text}", "standfirst": f"x{text}"}),  # type: ignore[arg-type]
        story=StoryId(1),
        image=Image(url="https://m.example/a.png", alt=text),
        update=True,
        more=(More(headline=f"x{text}", url=f"https://m.example/{text}", source=f"x{text}"),),
    )
    bare = replace(card, image=None)
    told = [
        FilledSection(slug="a", title=text, layout=layout, cards=cards)
        for layout in Layout
        for cards in ((card, card, bare, bare, card), (bare, card, bare))
    ]
    return content(*numbered(told), edition_name=text, subject=text, preheader=text)


def page(issue: VariantContent) -> str:
    return fill(RENDERER.render(issue).html, TOKENS, html=True)


def nodes(html: str) -> list[LexborNode]:
    """Every element, as a browser finds them."""
    root = LexborHTMLParser(html).root
    assert root is not None
    return [node for node in root.traverse() if node.tag and node.tag[0] not in "-!"]


def comments(html: str) -> list[str]:
    return re.findall(r"<!--.*?-->", html, re.DOTALL)


@dataclass(frozen=True, slots=True)
class Shapes:
    """All that can act in mail: elements with their attributes, inline styles, comments."""

    attributes: frozenset[tuple[str, str]]
    styles: frozenset[str]
    comments: frozenset[str]

    def __or__(self, other: "Shapes") -> "Shapes":
        return Shapes(
            self.attributes | other.attributes,
            self.styles | other.styles,
            self.comments | other.comments,
        )


def shapes(html: str) -> Shapes:
    found = nodes(html)
    return Shapes(
        frozenset((node.tag or "", name) for node in found for name in ("", *node.attributes)),
        frozenset(node.attributes.get("style") or "" for node in found),
        frozenset(comments(html)),
    )


@cache
def usual(template: str, language: str) -> Shapes:
    """What harmless mail holds, of either direction."""
    told = (replace(one(word), template=template, language=language) for word in ("plain", "سلام"))
    left_to_right, right_to_left = (shapes(page(issue)) for issue in told)
    return left_to_right | right_to_left


@often
@given(issue=issues)
@example(issue=one(all_at_once))
@example(issue=one(" ".join(ACTING)))
@example(issue=replace(one(all_at_once[::-1]), template="brief"))
def test_nothing_of_a_story_acts_in_the_page(issue: VariantContent) -> None:
    html = page(issue)
    found, harmless = shapes(html), usual(issue.template, issue.language)
    assert found.attributes - harmless.attributes == set()
    assert found.styles - harmless.styles == set()
    assert found.comments - harmless.comments == set()
    assert html.count("-->") == len(comments(html))
    for node in nodes(html):
        for name in ("href", "src"):
            if name in node.attributes and node.tag != "link":
                url = node.attributes[name] or ""
                assert url == "#" or re.match(r"#[a-z0-9-]+$|https?://[^\s\"<>{}`|\\^]+$", url), url
    assert not CONTROL.search(html)
    html.encode("utf-8")


@often
@given(issue=issues)
@example(issue=one(all_at_once))
def test_a_page_is_well_formed(issue: VariantContent) -> None:
    html = re.sub(r"<!--.*?-->", "", page(issue), flags=re.DOTALL)
    void = {"area", "br", "col", "hr", "img", "input", "link", "meta", "!doctype"}
    stack: list[str] = []
    body = re.sub(r"(<style[^>]*>).*?(?=</style>)", r"\1", html, flags=re.DOTALL)
    for closing, name in re.findall(r"<(/?)([!a-z][a-z0-9]*)(?:\s[^>]*)?>", body):
        if closing:
            assert stack.pop() == name
        elif name not in void:
            stack.append(name)
    assert stack == []


@often
@given(text=hostile.filter(lambda text: clean_line(text, 60).strip()))
@example(text="{{ 7 * 7 }} {% if x %} -name- [unsubscribe] <%x%> </mj-text> <!--[if mso]> &lt;")
def test_all_of_it_is_said_as_it_is(text: str) -> None:
    line = clean_line(text, 60)
    variant = RENDERER.render(one(line))
    root = LexborHTMLParser(fill(variant.html, TOKENS, html=True))
    told = {" ".join(node.text().split()) for node in root.css("h3 a, h2 a")}
    assert told == {" ".join(line.split())}
    alts = {node.attributes["alt"] for node in root.css("img")}
    assert alts == {line}
    words = " ".join(fill(variant.text, TOKENS, html=False).split())
    assert " ".join(line.split()) in words


@often
@given(issue=issues)
@example(issue=one(all_at_once))
def test_no_text_passes_for_a_readers_link(issue: VariantContent) -> None:
    variant = RENDERER.render(issue)
    for pieces in (variant.html, variant.text):
        found = [piece for piece in pieces if isinstance(piece, Token)]
        assert sorted(found) == sorted([Token.PREFERENCES_URL, Token.LEAVE_URL])


@often
@given(issue=issues)
@example(issue=one(all_at_once))
def test_no_text_makes_a_header_a_part_or_a_line(issue: VariantContent) -> None:
    variant = RENDERER.render(issue)
    parsed = BytesParser(policy=policy.default).parsebytes(build(message(variant)))
    expected = BytesParser(policy=policy.default).parsebytes(build(message(PLAIN)))
    no_subject = set() if variant.subject else {"Subject"}
    assert set(parsed.keys()) == set(expected.keys()) - no_subject
    assert len(parsed.keys()) == len(set(parsed.keys()))
    assert [part.get_content_type() for part in parsed.walk()] == [
        "multipart/alternative", "text/plain", "text/html",
    ]  # fmt: skip
    assert not CONTROL.search(fill(variant.text, TOKENS, html=False))


PLAIN = RENDERER.render(one("plain"))
