"""Writing the newsroom: the same from day to day but for its dates."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml

from digest.sample import stories, write
from tests.sample.conftest import BASE, NOW


def _bytes(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def _identities(folder: Path) -> dict[str, object]:
    feed = (folder / "wire/feed.xml").read_text(encoding="utf-8")
    posts = json.loads((folder / "site/posts.json").read_bytes())
    heads = [file.read_text(encoding="utf-8").split("---\n")[1] for file in folder.glob("desk/*")]
    return {
        "wire": sorted(re.findall(r"<guid[^>]*>(.+?)</guid>|<link>(.+?)</link>", feed)),
        "site": sorted((post["id"], post["slug"], post["guid"]["rendered"]) for post in posts),
        "desk": sorted(yaml.safe_load(head)["url"] for head in heads),
        "terms": (folder / "site/categories.json").read_bytes(),
    }


def test_the_summary_says_what_was_written(tmp_path: Path) -> None:
    summary = write(tmp_path, NOW, BASE)
    assert summary.stories == len(stories()) == sum(summary.counts.values())
    assert summary.picks == sum(story.picked for story in stories())
    assert set(summary.files) == set(_bytes(tmp_path))


def test_equal_arguments_give_equal_bytes(newsroom: Path, tmp_path: Path) -> None:
    write(tmp_path, NOW, BASE + "/")
    assert _bytes(tmp_path) == _bytes(newsroom)


def test_another_day_changes_dates_and_no_identity(newsroom: Path, tmp_path: Path) -> None:
    write(tmp_path, NOW, BASE)
    write(tmp_path, NOW + timedelta(days=140, hours=3), BASE)
    assert _identities(tmp_path) == _identities(newsroom)
    before, after = _bytes(newsroom), _bytes(tmp_path)
    assert before["wire/feed.xml"] != after["wire/feed.xml"]
    assert before["site/posts.json"] != after["site/posts.json"]


def test_files_of_your_own_stay(tmp_path: Path) -> None:
    own = tmp_path / "desk" / "mine.md"
    own.parent.mkdir()
    own.write_text("mine", encoding="utf-8")
    write(tmp_path, NOW, BASE)
    assert own.read_text(encoding="utf-8") == "mine"


def test_an_interrupted_write_is_mended_by_the_next(newsroom: Path, tmp_path: Path) -> None:
    write(tmp_path, NOW, BASE)
    (tmp_path / "wire/.feed.xml.new").write_bytes(b"<rss")
    (tmp_path / "site/posts.json").unlink()
    write(tmp_path, NOW, BASE)
    assert _bytes(tmp_path) == _bytes(newsroom)


def test_the_truth_for_classifiers_is_not_told(newsroom: Path) -> None:
    assert not any(b"expect_" in data for data in _bytes(newsroom).values())


def test_a_time_without_a_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="aware"):
        write(tmp_path, datetime(2026, 7, 8, 6, 0), BASE)
    assert not _bytes(tmp_path)
