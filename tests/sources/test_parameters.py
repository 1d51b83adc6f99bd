"""Parameters of addresses: which tell stories apart, by the trackers' list and by source."""

import json
from pathlib import Path

import pytest

from digest.config import load
from digest.model import AliasKind, SourceMemory
from digest.sources import identity
from digest.sources.build import build
from digest.sources.identity import Parameters
from tests.sources.origin import Origin
from tests.sources.test_wordpress_rest import NOW, Site, post

A = "https://example.org/story"


@pytest.mark.parametrize(
    ("kept", "dropped", "query", "key"),
    [
        ([], [], "?ncid=7&box=2&utm_id=3", "?box=2"),
        (["NCID", "utm_id"], [], "?ncid=7&box=2&utm_id=3", "?box=2&ncid=7&utm_id=3"),
        ([], ["Box"], "?ncid=7&box=2&BOX=3&boxes=4", "?boxes=4"),
        (["id"], ["*"], "?id=1&box=2&ref=3", "?id=1"),
        (["box"], ["box"], "?box=2", "?box=2"),
        ([" box "], ["*"], "", ""),
    ],
)
def test_kept_and_dropped(kept: list[str], dropped: list[str], query: str, key: str) -> None:
    rules = Parameters.of(kept, dropped)
    assert identity.url_key(A + query, rules) == f"example.org/story{key}"


def test_the_order_they_are_written_in_means_nothing() -> None:
    """A source is read anew when its settings change, and only then."""
    assert repr(Parameters.of("ab", "cd")) == repr(Parameters.of("ba", "dc"))


SITEMAP = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>{url}</loc>
<n:news><n:title>Storm</n:title></n:news></url></urlset>"""
FEED = """<rss version="2.0"><channel><item><title>Storm</title><link>{url}</link></item>
</channel></rss>"""
BOX = """<html><body><section><h2>Picks</h2><a href="{url}">The storm is over now</a></section>
<section><h2>More</h2><a href="/2026/08/20/other-one/">Another story of today</a></section>
</body></html>"""


@pytest.mark.parametrize("kind", ["feed", "sitemap", "page_box", "folder", "wordpress"])
def test_every_kind_of_source_obeys(kind: str, origin: Origin, tmp_path: Path) -> None:
    address = f"{origin.url}/2026/08/20/the-storm?ncid=7&amp;box=2"
    where = f'url = "{origin.url}/read"'
    bodies = {"feed": FEED, "sitemap": SITEMAP, "page_box": BOX}
    if kind == "folder":
        plain = address.replace("&amp;", "&")
        (tmp_path / "a.md").write_text(f"---\ntitle: Storm\nurl: {plain}\n---\nText.\n")
        where = f'path = "{tmp_path}"'
    elif kind == "wordpress":
        Site(origin, [post(1, link=address)])
        where = f'url = "{origin.url}"'
    else:
        kinds = {"page_box": "text/html"}
        body = bodies[kind].format(url=address).encode()
        origin.gives("/read", body, Content_Type=kinds.get(kind, "text/xml"))
    extra = 'heading = "Picks"\n' if kind == "page_box" else ""
    config = tmp_path / "config.toml"
    config.write_text(
        f'[gather]\nallow_private = ["127.0.0.0/8"]\n[[sources]]\nname = "one"\nkind = "{kind}"\n'
        f'{where}\n{extra}keep_parameters = ["ncid"]\ndrop_parameters = {json.dumps(["box"])}\n'
    )
    gathered = build(load(config))["one"].gather(SourceMemory(), NOW)
    assert gathered.stories, gathered.note
    names = [one.value for one in gathered.stories[0].aliases if one.kind is AliasKind.URL]
    assert names == [f"{origin.url.removeprefix('http://')}/2026/08/20/the-storm?ncid=7"]
