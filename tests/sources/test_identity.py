"""The names of a story: what keeps it from going out twice, and from hiding another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import Alias, AliasKind, ParsedStory, RejectReason
from digest.sources import clean, identity

A = "https://example.org/2026/storm"


@pytest.mark.parametrize(
    "other",
    [
        "http://example.org/2026/storm",
        "https://www.example.org/2026/storm/",
        "https://EXAMPLE.org:443/2026/./x/../storm",
        "https://example.org/2026/storm#comments",
        "https://example.org/2026/storm?utm_source=rss&utm_medium=feed",
        "https://example.org/2026/storm?fbclid=x&mtm_campaign=y",
        "https://example.org/2026/st%6Frm",
    ],
)
def test_the_same_article(other: str) -> None:
    assert identity.url_key(other) == identity.url_key(A)


@pytest.mark.parametrize(
    "other",
    [
        f"{A}?{name}=7"
        for name in ("id", "cid", "uid", "p", "source", "keyword", "ref", "q", "session", "page_id")
    ]
    + [
        "https://example.org/2026/Storm",
        "https://example.org:8443/2026/storm",
        "https://news.example.org/2026/storm",
        "https://example.org/2026/storm-2",
        "https://example.org/2026/storm%3Fx",
        "https://example.org/2026/%E9",
    ],
)
def test_different_articles(other: str) -> None:
    assert identity.url_key(other) != identity.url_key(A)


def test_parameters_in_any_order_and_paths_in_latin_1() -> None:
    assert identity.url_key(f"{A}?b=2&a=1") == identity.url_key(f"{A}?a=1&b=2")
    assert identity.url_key("https://a.org/%E9") != identity.url_key("https://a.org/%E8")


@given(st.text(alphabet="ab/.%?&=#+;:@2F ", max_size=40))
def test_a_key_is_the_key_of_itself(path: str) -> None:
    url = clean.safe_url(f"https://example.org/{path}")
    if url:
        key = identity.url_key(url)
        assert identity.url_key(f"http://www.{key}") == key


@pytest.mark.parametrize(
    ("guid", "value"),
    [
        ("https://site.example/?p=12", "site.example/?p=12"),
        ("http://www.site.example/?p=12", "site.example/?p=12"),
        ("https://site.example/a#comment-1", "site.example/a#comment-1"),
        ("tag:example.org,2026:1", "tag:example.org,2026:1"),
        ("urn:uuid:1", "urn:uuid:1"),
        ("12345", "wire#12345"),
        ("wire:12 345", "wire#wire:12 345"),
    ],
)
def test_guids(guid: str, value: str) -> None:
    assert identity.guid_alias("wire", guid) == Alias(AliasKind.GUID, value)


@pytest.mark.parametrize("guid", ["", "  ", "https://site.example/", "http://[::1", "x" * 9999])
def test_guids_that_say_nothing(guid: str) -> None:
    assert identity.guid_alias("wire", guid) is None


@pytest.mark.parametrize(
    "root",
    ["https://site.example/wp-json/", "http://www.site.example/index.php?rest_route=/",
     "https://site.example/?rest_route=/"],
)  # fmt: skip
def test_a_posts_name_outlives_permalinks_and_scheme(root: str) -> None:
    assert identity.wordpress_alias(root, 7) == Alias(AliasKind.WORDPRESS, "site.example#7")


def story(headline: str, url: str = A, guid: str = "") -> ParsedStory:
    aliases = identity.named(
        identity.guid_alias("wire", guid) if guid else None, identity.url_alias(url)
    )
    return ParsedStory(aliases=aliases, url=url, headline=headline)


def test_an_entry_told_twice_is_one_story() -> None:
    kept, rejects = identity.settle("wire", [story("Storm", guid="1"), story("Storm", guid="1")])
    assert [one.headline for one in kept] == ["Storm"]
    assert [one.reason for one in rejects] == [RejectReason.DUPLICATE]


def test_a_guid_copied_by_mistake_hides_nothing() -> None:
    kept, rejects = identity.settle(
        "wire", [story("Storm", f"{A}/1", "same"), story("Calm", f"{A}/2", "same")]
    )
    assert [one.headline for one in kept] == ["Storm", "Calm"]
    assert rejects == ()
    assert all(alias.kind is AliasKind.URL for one in kept for alias in one.aliases)


def test_a_feed_whose_links_all_lead_to_one_page_keeps_its_stories() -> None:
    told = [story(name, A, guid) for name, guid in (("Storm", "1"), ("Calm", "2"), ("Rain", ""))]
    kept, rejects = identity.settle("wire", told)
    assert [one.headline for one in kept] == ["Storm", "Calm", "Rain"]
    assert rejects == ()
    assert len({alias for one in kept for alias in one.aliases}) == 3
    assert identity.settle("wire", told)[0] == kept  # the same names at the next poll


def test_a_front_page_names_no_story() -> None:
    kept, _ = identity.settle("wire", [story("Storm", "https://example.org/")])
    assert [alias.value.partition(":")[0] for alias in kept[0].aliases] == ["wire#sha256"]


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from("12"), st.sampled_from(["", "x", "y"])),
        max_size=12,
    )
)
def test_no_two_stories_share_a_name_and_none_vanishes(
    entries: list[tuple[str, str, str]],
) -> None:
    told = [story(headline, f"{A}/{path}", guid) for headline, path, guid in entries]
    kept, rejects = identity.settle("wire", told)
    names = [alias for one in kept for alias in one.aliases]
    assert len(names) == len(set(names))
    assert len(kept) + len(rejects) == len(told)
    assert {one.headline for one in kept} == {one.headline for one in told}
    assert all(one.aliases for one in kept)


@pytest.mark.parametrize(
    "name", ["Editors' Picks", "editors-picks", "EDITORS’ PICKS", "Editors Picks"]
)
def test_slugs(name: str) -> None:
    assert identity.slug(name) == "editors-picks"
