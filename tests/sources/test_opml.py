"""Lists of feeds, honest and not."""

import time

import pytest

from digest.errors import SourceError
from digest.sources import opml
from digest.sources.opml import ListedFeed

LIST = """<?xml version="1.0" encoding="ISO-8859-1"?>
<opml version="2.0"><head><title>Mine</title></head><body>
<outline text="World &amp; Nations">
  <outline text="Africa" title="Africa">
    <outline type="rss" text="Lagos Ledger" xmlUrl="https://lagos.example/feed?a=1&b=2"
      htmlUrl="https://lagos.example/"/>
  </outline>
  <outline type="rss" text="ignored" title="Caf\xe9 d&amp;#8217;Or" xmlURL="feed://cafe.example/rss"/>
</outline>
<outline type="rss" xmlUrl="https://untitled.example/atom"/>
<outline text="A note"/>
<outline text="Trap" xmlUrl="javascript:alert(1)"/><outline text="File" xmlUrl="file:///etc/passwd"/>
<outline text="Again" xmlUrl="https://lagos.example/feed?a=1&amp;b=2"/>
</body></opml>""".encode("latin-1")


def test_nested_lists_keep_their_folders() -> None:
    assert opml.read(LIST) == [
        ListedFeed(
            title="Lagos Ledger",
            xml_url="https://lagos.example/feed?a=1&b=2",
            html_url="https://lagos.example/",
            category=("World & Nations", "Africa"),
        ),
        ListedFeed(
            title="Café d’Or", xml_url="http://cafe.example/rss", category=("World & Nations",)
        ),
        ListedFeed(title="https://untitled.example/atom", xml_url="https://untitled.example/atom"),
    ]


def test_an_empty_list_is_empty() -> None:
    assert opml.read(b"<opml version='1.0'><body/></opml>") == []


LAUGHS = (
    '<!DOCTYPE opml [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    + "]><opml><body><outline text='&j;' xmlUrl='https://a.example/'/></body></opml>"
).encode()


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (LAUGHS, "DTD"),
        (b'<!DOCTYPE opml SYSTEM "file:///etc/passwd"><opml><body/></opml>', "DTD"),
        (b'<!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/passwd">]><opml>&x;</opml>', "DTD"),
        (b"<opml><body>" + b"<outline>" * 30_000, "deeper"),
        (b"<opml><body>" + b"<outline/>" * 600_000 + b"</body></opml>", "larger"),
        (b"<opml><body><outline", "not well-formed"),
        (b"<html><body>Log in</body></html>", "not OPML"),
        (b"", "not well-formed"),
        (b"\x00\x01\x02", "not well-formed"),
    ],
)
def test_what_is_no_list_is_a_clear_error(body: bytes, problem: str) -> None:
    started = time.perf_counter()
    with pytest.raises(SourceError, match=problem):
        opml.read(body)
    assert time.perf_counter() - started < 5


def test_a_hundred_thousand_attributes_cost_no_more_than_linear_time() -> None:
    attributes = " ".join(f"a{number}='1'" for number in range(100_000))
    started = time.perf_counter()
    assert opml.read(f"<opml><body><outline {attributes}/></body></opml>".encode()) == []
    assert time.perf_counter() - started < 5
