"""The desk's Markdown, read back by PyYAML."""

from pathlib import Path

import yaml

from digest.sample import Shape, stories
from tests.sample.conftest import BASE, NOW


def test_front_matter_and_text_come_back_as_written(newsroom: Path) -> None:
    told = {f"{story.slug}.md": story for story in stories() if story.source is Shape.DESK}
    files = {file.name: file.read_text(encoding="utf-8") for file in (newsroom / "desk").iterdir()}
    assert set(files) == set(told)
    for name, story in told.items():
        _, head, body = files[name].split("---\n", 2)
        fields = yaml.safe_load(head)
        assert fields["title"] == story.headline
        assert fields["standfirst"] == story.standfirst
        assert fields["byline"] == story.byline
        assert fields["date"] == story.published_at(NOW)
        assert fields["url"] == f"{BASE}/{story.slug}/"
        assert tuple(fields["categories"]) == story.categories
        assert tuple(fields["tags"]) == story.tags
        assert fields["language"] == story.language
        assert fields.get("pick", False) is story.pick
        assert fields.get("alt", "") == story.alt
        assert ("image" in fields) == bool(story.picture)
        assert body.strip() == story.body


def test_other_scripts_stay_readable_in_the_file(newsroom: Path) -> None:
    assert "title: जयपुर" in (newsroom / "desk/jaipur-ki-bawdiyan-phir-bharin.md").read_text("utf-8")
    assert "أوركسترا" in (newsroom / "desk/dhofar-luban-musiqa.md").read_text("utf-8")
