"""Boxes under a heading, on pages of many shapes, and pages that are none."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from digest.errors import SourceError
from digest.model import (
    Alias,
    AliasKind,
    GatheredSource,
    GatherStatus,
    Image,
    PickOrigin,
    RejectReason,
    SourceMemory,
)
from digest.sources import boxes, cards
from digest.sources.entries import Entry
from digest.sources.page_box import PageBoxSettings, PageBoxSource
from digest.sources.page_links import story_links
from digest.sources.page_tree import Tree
from tests.sources import page_shapes
from tests.sources.origin import Origin, fetcher
from tests.sources.page_shapes import PAGE, PICKS, SHAPES, page

NOW = datetime(2026, 8, 20, 9, tzinfo=UTC)
NONE = SourceMemory()
HEADING = "Editors' Picks"


def found(html: str, heading: str = HEADING) -> tuple[Entry, ...]:
    tree = Tree(html)
    stories = story_links(tree, PAGE)
    over, box = boxes.links(tree, heading, stories)
    return cards.entries(tree, box, over)


def links(html: str, heading: str = HEADING) -> list[str]:
    return [entry.link.removeprefix(PAGE) for entry in found(html, heading)]


def gather(
    origin: Origin, body: str, memory: SourceMemory = NONE, where: str = "/", **told: Any
) -> GatheredSource:
    address = origin.gives(where, body.encode(), Content_Type="text/html; charset=utf-8")
    settings = replace(PageBoxSettings(name="box", url=address, heading=HEADING), **told)
    return PageBoxSource(settings, fetcher()).gather(memory, NOW)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_box_is_read_on_any_theme(shape: str) -> None:
    told = [(entry.link, entry.title) for entry in found(SHAPES[shape])]
    assert [(url.partition("&")[0], title) for url, title in told] == PICKS


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("heading", ["editors’ picks", " EDITOR'S\nPICKS:", "Editors`  Picks"])
def test_apostrophes_case_and_spaces_make_no_difference(shape: str, heading: str) -> None:
    assert len(found(SHAPES[shape], heading)) == 3


@pytest.mark.parametrize("shape", SHAPES)
def test_the_next_box_is_found_by_its_own_heading(shape: str) -> None:
    if shape == "tabs":
        assert links(SHAPES[shape], "Popular") == ["2026/08/20/popular/"]
    else:
        stories = links(SHAPES[shape], "Latest Posts")
        assert stories
        assert all(story.startswith("2026/08/20/other") for story in stories)


def test_cards_tell_pictures_dates_and_standfirsts() -> None:
    harbour, ferry, _ = found(page_shapes.WIDGET)
    assert harbour.published == "2026-08-20T08:00:00+00:00"
    assert harbour.author == "Ana Reis"
    assert [picture.url for picture in harbour.media] == ["https://cdn.example/h-585x390.jpg"]
    assert ferry.summary == "The ferry sails every hour from Monday on."
    flat = found(page_shapes.FLAT)[0]
    assert {(one.url, one.width, one.alt) for one in flat.media} == {
        ("/h-600.jpg", "600", "The harbour"),
        ("/h-1200.jpg", "1200", "The harbour"),
        ("/h-2400.jpg", "2400", "The harbour"),
        ("/h.jpg", "", "The harbour"),
    }


def test_an_empty_box_does_not_take_its_neighbours_stories() -> None:
    assert links(page_shapes.EMPTY) == []
    assert links(page_shapes.EMPTY, "Latest Posts") == [
        "2026/08/20/other/",
        "2026/08/20/other-two/",
    ]


def test_a_missing_heading_is_told_with_those_that_are_there() -> None:
    with pytest.raises(SourceError) as caught:
        found(page_shapes.FLAT, "Most read")
    assert "'Most read'" in str(caught.value)
    assert "'Latest Posts'" in str(caught.value)
    with pytest.raises(SourceError, match="browser's scripts"):
        found("<div id=app></div><script>go()</script>")


@pytest.mark.parametrize(
    "link",
    [
        '<a href="/category/world/">World and its many wonders</a>',
        '<a href="/tag/war-in-the-middle-east/">War in the Middle East</a>',
        '<a href="/topics/a-long-running-story-line/">A long running story line</a>',
        '<a href="/author/ana-maria-da-reis/">By Ana Maria da Reis</a>',
        '<a href="/en/author/x/"><img src=a.jpg></a>',
        '<a href="/ana/" rel="author">Ana Maria da Reis e Silva</a>',
        '<span class="cat-links"><a href="/world/">All of the world today</a></span>',
        '<a href="/2026/08/">August of the year</a>',
        '<a href="/2026/08/20/">All of that day</a>',
        '<a href="#top">Back to the very top</a>',
        '<a href="/#main">Skip to the main content</a>',
        '<a href="/">Go to the front page</a>',
        '<a href="https://elsewhere.example/2026/08/20/a-b-c-d/">On another site far away</a>',
        '<a href="javascript:alert(1)">A trap for the unwary</a>',
        '<a href="mailto:desk@post.example">Write to the news desk</a>',
        '<a href="/report-of-the-year-2026.pdf">The report of the year</a>',
        '<a href="/world/"><h3>World</h3></a>',
        '<a href="/wp-login.php">Log in to read more</a>',
        '<a href="/newsletters/sign-up-for-our-mail/">Sign up for our mail</a>',
        "<a>No address at all here</a>",
        '<a href="">An empty address is here</a>',
        '<a href="http://[::1">A broken address is here</a>',
    ],
)
def test_what_leads_to_no_story_is_left_out(link: str) -> None:
    html = page(f'<section><h2>Editors’ Picks</h2>{link}<a href="/?p=5">A story</a></section>')
    assert links(html) == ["?p=5"]


def test_gathered_stories_are_picks_under_the_names_of_the_sites_own(origin: Origin) -> None:
    gathered = gather(origin, page_shapes.FLAT)
    assert gathered.status is GatherStatus.OK, gathered.note
    first, ferry, bridge = gathered.stories
    host = origin.url.removeprefix("http://")
    assert first.aliases == (Alias(AliasKind.URL, f"{host}/2026/08/20/harbour-reopens"),)
    assert bridge.aliases == (Alias(AliasKind.URL, f"{host}/?p=731"),)
    assert first.image == Image(url=f"{origin.url}/h-1200.jpg", alt="The harbour", width=1200)
    assert [story.position for story in gathered.stories] == [0, 1, 2]
    assert {story.pick for story in gathered.stories} == {PickOrigin.PAGE_BOX}
    assert ferry.headline == "Ferry sails again"
    plain = gather(origin, page_shapes.FLAT, picks=False)
    assert {story.pick for story in plain.stories} == {None}


def test_a_page_that_changes_around_the_box_is_not_modified(origin: Origin) -> None:
    first = gather(origin, page_shapes.FLAT)
    again = gather(origin, page_shapes.FLAT + "<!-- rendered in 0.3 s -->", first.memory)
    assert again.status is GatherStatus.NOT_MODIFIED
    moved = page_shapes.FLAT.replace("Ferry sails again", "Ferry stays in port")
    assert gather(origin, moved, again.memory).stories[1].headline == "Ferry stays in port"


def test_a_story_without_a_headline_is_a_reject(origin: Origin) -> None:
    body = '<h2>Editors\' Picks</h2><a href="/?p=1">Read more</a><a href="/?p=2">Two</a>'
    gathered = gather(origin, page(body))
    assert [story.headline for story in gathered.stories] == ["Two"]
    assert [reject.reason for reject in gathered.rejects] == [RejectReason.NO_HEADLINE]


def test_a_missing_heading_is_a_failure_with_a_hint(origin: Origin) -> None:
    gathered = gather(origin, page_shapes.FLAT, heading="Most read")
    assert gathered.status is GatherStatus.FAILED
    assert "Its headings are" in gathered.note


def test_what_is_no_page_is_a_failure(origin: Origin) -> None:
    address = origin.gives("/", b"%PDF-1.7", Content_Type="application/pdf")
    settings = PageBoxSettings(name="box", url=address, heading=HEADING)
    gathered = PageBoxSource(settings, fetcher()).gather(NONE, NOW)
    assert (gathered.status, gathered.note[:23]) == (
        GatherStatus.FAILED,
        "this is application/pdf",
    )
    origin.gives("/", b"", 403)
    assert PageBoxSource(settings, fetcher()).gather(NONE, NOW).status is GatherStatus.FAILED


def test_pages_made_to_be_slow_end_in_time(origin: Origin) -> None:
    bombs = (
        "<div>" * 300_000,
        "<p " + " ".join(f"a{number}=1" for number in range(200_000)) + ">",
        "<i></i>" * 400_000,
    )
    started = time.perf_counter()
    with ThreadPoolExecutor() as pool:
        ended = list(
            pool.map(lambda one: gather(origin, one[1], where=f"/{one[0]}"), enumerate(bombs))
        )
    assert {gathered.status for gathered in ended} == {GatherStatus.FAILED}
    assert time.perf_counter() - started < 40


def test_odd_pages_end_in_a_value(origin: Origin) -> None:
    odd = "\x00" * 1000, "<a href='//'>" * 1000, "<h2>Editors' Picks</h2>" * 3000, "<" * 100_000
    for body in odd:
        assert gather(origin, body).status in {GatherStatus.FAILED, GatherStatus.OK}
