"""A mail of twenty stories is far from what Gmail cuts off, and what is taken off leaves no gap."""

import re
from html.parser import HTMLParser

import pytest

from digest.render.render import Renderer
from digest.render.slim import slim
from digest.render.tokens import fill
from tests.render.issue import BRAND, TEMPLATES, TOKENS, full_house

#: of HTML, in bytes
MOST = 80_000
RENDERER = Renderer([TEMPLATES], BRAND)


def page(template: str, style: str) -> str:
    return fill(RENDERER.render(full_house(template, style)).html, TOKENS, html=True)


@pytest.mark.parametrize("style", ["full", "large", "headlines"])
@pytest.mark.parametrize("template", ["daily", "weekly", "brief"])
def test_twenty_stories(template: str, style: str) -> None:
    html = page(template, style)
    assert html.count("<h3") + html.count('class="k" style="margin:0;font-family') >= 20
    size = len(html.encode())
    print(f"{size:,} bytes")
    assert size <= MOST


class Nesting(HTMLParser):
    """Every element that is opened is closed in its turn."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "br", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("outlook", [False, True], ids=["others", "outlook"])
@pytest.mark.parametrize("template", ["daily", "weekly", "brief"])
def test_every_table_is_closed(template: str, outlook: bool) -> None:
    html = page(template, "full")
    if outlook:  # reads what the others take for comments
        html = re.sub(r"<!--\[if !mso\]><!-->.*?<!--<!\[endif\]-->", "", html, flags=re.DOTALL)
        html = re.sub(r"<!--\[if [^]]*\]>|<!\[endif\]-->", "", html)
    assert Nesting(html).open == []


def test_pictures_fit_where_outlook_puts_them() -> None:
    """Outlook goes by attributes alone: two pictures and all around them are 640 pixels wide."""
    html = page("daily", "full")
    assert set(re.findall(r'<img[^>]* width="(\d+)', html)) == {"592", "284", "247", "558"}
    assert set(re.findall(r"vertical-align:top;width:([\d.]+)px", html)) == {
        *("640", "616", "308", "271.04", "344.96")
    }


@pytest.mark.parametrize(
    ("written", "slimmed"),
    [
        (
            '<td style="padding: 0 4px; padding-left: 12px; padding-right: 12px;">',
            '<td style="padding:0 12px">',
        ),
        ('<td style="padding:1px 2px 3px;padding-top:9px">', '<td style="padding:9px 2px 3px">'),
        (
            '<p style="background:zJ0001Zj;background-color:zJ0001Zj;margin:0">',
            '<p style="background-color:zJ0001Zj;margin:0">',
        ),
        (
            '<p style="background:url(a);background-color:#fff">',
            '<p style="background:url(a);background-color:#fff">',
        ),
        (
            '<!--[if mso | IE]><table class="s-outlook" role="presentation"><![endif]-->',
            "<!--[if mso]><table><![endif]-->",
        ),
        ('<div class="mj-outlook-group-fix mj-column-per-100" x="1">', '<div x="1">'),
        ('<div class="mj-column-per-50" x="1">', '<div class="mj-column-per-50" x="1">'),
        ('<table border="0" role="presentation"><tbody><tr>', '<table role="presentation"><tr>'),
        ('<table border="1"><tr>', '<table border="1"><tr>'),
    ],
)
def test_what_says_nothing_goes(written: str, slimmed: str) -> None:
    assert slim(written) == slimmed
