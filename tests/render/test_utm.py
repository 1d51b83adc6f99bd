"""UTM parameters: on each link to a story once, in both parts, and on nothing else."""

import re
from dataclasses import replace
from datetime import date
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.model import HouseAd, More, Utm
from digest.render.clean import web_url
from digest.render.render import Renderer
from digest.render.tokens import fill
from digest.render.utm import tagged
from tests.render.issue import BRAND, TEMPLATES, TOKENS, twenty
from tests.render.test_kit import joined, whole

OURS = Utm(
    parameters=(
        ("utm_source", "morning mail"),
        ("utm_medium", "email"),
        ("utm_campaign", "{edition}-{date}"),
    )
).of("daily", date(2026, 11, 24))
ADDED = "utm_source=morning%20mail&utm_medium=email&utm_campaign=daily-2026-11-24"
QUERIES = st.lists(
    st.sampled_from(
        ["a=1", "a=1", "q", "", "x=%26y", "utm_source=theirs", "UTM_Medium=Print", "utm%5Fterm=z"]
    ),
    max_size=5,
)


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://m.example/a", f"https://m.example/a?{ADDED}"),
        ("https://m.example", f"https://m.example?{ADDED}"),
        ("https://m.example/a?b=1&c", f"https://m.example/a?b=1&c&{ADDED}"),
        ("https://m.example/a?b=1&", f"https://m.example/a?b=1&{ADDED}"),
        ("https://m.example/a?", f"https://m.example/a?{ADDED}"),
        ("https://m.example/a#part?x", f"https://m.example/a?{ADDED}#part?x"),
        ("", ""),
    ],
)
def test_where_they_stand(url: str, link: str) -> None:
    assert tagged(url, OURS) == link
    assert tagged(url, None) == url


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=20), QUERIES, st.sampled_from(["", "#", "#part", "#a?utm_source=x"]))
def test_each_once_and_all_else_as_it_was(path: str, query: list[str], fragment: str) -> None:
    path, mark = path.replace("#", ""), "?" if query else ""
    url = web_url(f"https://m.example/{path}{mark}{'&'.join(query)}{fragment}")
    link = tagged(url, OURS)
    assert tagged(link, OURS) == link
    assert web_url(link) == link
    if not url:
        assert link == ""
        return
    before, after = urlsplit(url), urlsplit(link)
    assert (after.netloc, after.path, after.fragment) == (
        before.netloc,
        before.path,
        before.fragment,
    )
    assert after.query.startswith(before.query)
    there = parse_qsl(before.query, keep_blank_values=True)
    told = parse_qsl(after.query, keep_blank_values=True)
    assert told[: len(there)] == there
    names = [name.lower() for name, _ in there]
    assert told[len(there) :] == [one for one in OURS.parameters if one[0] not in names]


def test_only_hosts_that_are_meant() -> None:
    own = replace(OURS, hosts=("m.example", "*.m.example"))
    for host in ("m.example", "www.m.example", "M.example"):
        assert ADDED in tagged(f"https://{host}/a", own)
    for host in ("wire.example", "am.example", "m.example.evil.example"):
        assert tagged(f"https://{host}/a", own) == f"https://{host}/a"


def links(html: str, text: str) -> tuple[list[str], list[str]]:
    return [unescape(one) for one in re.findall(r'href="([^"]*)"', html)], re.findall(
        r"https?://\S+", text
    )


def test_links_of_both_parts_and_none_of_our_own() -> None:
    issue = twenty()
    top = replace(
        issue.sections[0].cards[0],
        url="https://meridian.example/top?utm_source=wire#now",
        more=(More(headline="More on it", url="https://other.example/more"),),
    )
    unusable = replace(issue.sections[0].cards[1], url="mailto:desk@meridian.example")
    section = replace(issue.sections[0], cards=(top, unusable, *issue.sections[0].cards[2:]))
    told = replace(
        issue,
        template="weekly",
        sections=(section, *issue.sections[1:]),
        house_ad=HouseAd(text="Join", url="https://meridian.example/join"),
        utm=OURS,
        web_copy=True,
    )
    brand = replace(BRAND, subscribe_url="https://meridian.example/subscribe")
    variant = Renderer([TEMPLATES], brand).render(told)
    html, text = links(
        fill(variant.html, TOKENS, html=True), fill(variant.text, TOKENS, html=False)
    )
    stories = {tagged(card.url, OURS) for card in told.cards if card != unusable}
    ads = {tagged("https://meridian.example/join", OURS)}
    more = {tagged("https://other.example/more", OURS)}
    for found in (html, text):
        assert stories | ads | more <= set(found)
        campaigned = {one for one in found if "utm_" in one}
        assert campaigned == stories | ads | more
        assert all(one.count("utm_source=") == 1 for one in campaigned)
    assert "https://meridian.example/top?utm_source=wire&utm_medium=email" in "".join(html)
    assert "https://meridian.example/subscribe" in html
    assert joined(told) == whole(told), "a card is rendered once, links and all"
    paid = replace(
        told, house_ad=HouseAd(text="Buy", url="https://shop.example/?utm_id=1", paid=True)
    )
    html, _ = links(fill(Renderer([TEMPLATES], BRAND).render(paid).html, TOKENS, html=True), "")
    assert "https://shop.example/?utm_id=1" in html
