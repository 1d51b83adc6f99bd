"""The page stands alone, is the same each time, and no story breaks out of its frame."""

from itertools import pairwise

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from tests.preview.previews import FINDINGS, preview, saying, shown

HOSTILE = (
    "</iframe><script>document.title='out'</script>",
    '"><script>document.title="out"</script>',
    '\'"&quot;&#34;&amp;quot; srcdoc="<b>"',
    "</style></title></pre></textarea><img src=x onerror=\"document.title='out'\">",
    "{{ 7 * 7 }}{% raw %}<!--",
)


def frames(html: str) -> list[LexborNode]:
    return LexborHTMLParser(html).css("iframe")


@pytest.fixture(scope="module")
def twenty() -> str:
    """The page of twenty stories."""
    return shown()


def test_it_stands_alone_and_acts_on_nothing(twenty: str) -> None:
    page = LexborHTMLParser(twenty)
    assert page.css("script, link, img, form, object, embed, [src]") == []
    policy = page.css_first("meta[http-equiv]").attributes["content"] or ""
    told = dict(one.strip().split(" ", 1) for one in policy.split(";"))
    assert told == {
        "default-src": "'none'",
        "img-src": "https:",
        "style-src": "'unsafe-inline'",
        "form-action": "'none'",
        "base-uri": "'none'",
    }
    assert "url(" not in "".join(style.text() for style in page.css("style"))


def test_pictures_of_a_trial_come_from_its_own_address() -> None:
    assert "img-src https: http://127.0.0.1:8000;" in shown(pictures="http://127.0.0.1:8000")


def test_frames_run_nothing(twenty: str) -> None:
    found = frames(twenty)
    assert [one.attributes["width"] for one in found] == ["375", "800"] * 3
    assert {one.attributes["sandbox"] for one in found} == {"allow-popups"}
    assert len({one.attributes["title"] for one in found}) == len(found)
    bodies = [one.attributes["srcdoc"] or "" for one in found]
    assert ["img-src 'none'" in body for body in bodies] == [False, False, True, True, False, False]
    assert all('<base target="_blank">' in body for body in bodies)


def test_large_text_enlarges_letters_alone() -> None:
    told = saying('style="font-size:10px" is what it says')
    bodies = [one.attributes["srcdoc"] or "" for one in frames(shown(told))]
    plain, large = LexborHTMLParser(bodies[0]), LexborHTMLParser(bodies[4])
    assert plain.css_first("body").text() == large.css_first("body").text()
    assert "font-size:22.5px" in bodies[4]
    assert "font-size:15px" not in bodies[4]


def test_what_an_editor_asks_is_answered(twenty: str) -> None:
    page = LexborHTMLParser(twenty)
    text = page.css_first("main").text()
    for told in ("24 November 2026", "drafting", "everybody", "The Meridian", "102 KB", "bytes"):
        assert told in text
    assert page.css_first("pre").text().strip() == preview().mail.text.strip()  # type: ignore[union-attr]
    levels = [one.attributes["id"] for one in page.css("#preflight h3")]
    assert levels == ["level-block", "level-warn", "level-pass"], "worst first"
    for finding in FINDINGS:
        assert finding.why in text
        assert finding.fix in text


def test_nobody_gets_an_empty_mail() -> None:
    html = shown(mail=None, stories=0, findings=())
    assert "nobody gets an empty mail" in html
    assert frames(html) == []


def test_the_same_preview_gives_the_same_bytes(twenty: str) -> None:
    assert shown() == twenty


@pytest.mark.parametrize("headline", HOSTILE)
def test_no_headline_breaks_out(headline: str) -> None:
    html = shown(saying(headline), readers=headline, reason=headline, left_out=headline)
    page = LexborHTMLParser(html)
    assert page.css("script, img, textarea") == []
    found = page.css("iframe")
    assert len(found) == 6
    for one in found:
        assert set(one.attributes) == {"title", "width", "sandbox", "srcdoc"}
        inside = LexborHTMLParser(one.attributes["srcdoc"] or "")
        assert inside.css("script, iframe, textarea, [onerror]") == []
    sections = [one.attributes["id"] for one in page.css("main > section")]
    assert sections == ["inbox", "mail", "text", "size", "preflight"]
    ids = sorted(one.attributes["id"] or "" for one in page.css("[id]"))
    assert all(one != other for one, other in pairwise(ids))
