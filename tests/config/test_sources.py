"""What each kind of source needs in config.toml."""

from pathlib import Path

import pytest

from digest.config import load
from digest.sources.build import build
from digest.sources.page_box import PageBoxSource
from digest.sources.sitemap import SitemapSource
from tests.config.test_load import GOOD, mistakes, write

KINDS = """
[[sources]]
name = "map"
kind = "sitemap"
url = "https://example.org/news-sitemap.xml"
[[sources]]
name = "picks"
kind = "page_box"
url = "https://example.org"
heading = "Editors’ Picks"
[[sources]]
name = "site"
kind = "wordpress"
url = "https://example.org"
username = "digest"
statuses = ["future"]
"""


def test_every_kind_is_made_of_its_settings(tmp_path: Path) -> None:
    secrets = tmp_path / ".secrets"
    secrets.mkdir()
    (secrets / "gather__passwords__site").write_text("abcd efgh ijkl\n", encoding="utf-8")
    settings = load(write(tmp_path, KINDS + GOOD))
    assert settings.gather.passwords["site"].get_secret_value() == "abcd efgh ijkl"
    assert "abcd" not in repr(settings)
    sources = build(settings)
    assert isinstance(sources["map"], SitemapSource)
    assert isinstance(sources["picks"], PageBoxSource)


def test_the_environment_brings_a_password_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGEST_GATHER__PASSWORDS__SITE", "from the environment")
    settings = load(write(tmp_path, KINDS + GOOD))
    assert settings.gather.passwords["site"].get_secret_value() == "from the environment"


def test_what_is_missing_or_misplaced_is_told(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        """
        [gather.passwords]
        nobody = "hush"
        [[sources]]
        name = "map"
        kind = "sitemap"
        path = "sitemap.xml"
        heading = "Latest"
        [[sources]]
        name = "box"
        kind = "page_box"
        url = "https://example.org"
        heading = " "
        [[sources]]
        name = "site"
        kind = "wordpress"
        url = "http://example.org"
        username = "digest"
        [[sources]]
        name = "other"
        kind = "wordpress"
        url = "https://example.org"
        statuses = ["draft"]
        [[sources]]
        name = "wire"
        kind = "feed"
        url = "https://example.org/feed"
        username = "digest"
        """
        + GOOD.partition("[[editions]]")[1]
        + GOOD.partition("[[editions]]")[2],
    )
    found = mistakes(file)
    assert "reads a url, no path" in found["sources[0].url"]
    assert "page_box sources only" in found["sources[0].heading"]
    assert "words over the box" in found["sources[1].heading"]
    assert "must be https" in found["sources[2].url"]
    assert "gather__passwords__site" in found["gather.passwords.site"]
    assert "needs a login" in found["sources[3].username"]
    assert "wordpress sources only" in found["sources[4].username"]
    assert "no such source with a username" in found["gather.passwords.nobody"]
    assert "hush" not in str(found)
