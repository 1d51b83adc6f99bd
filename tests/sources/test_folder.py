"""A folder of Markdown files."""

from datetime import UTC, datetime
from pathlib import Path

from digest.model import (
    Alias,
    AliasKind,
    DateGrade,
    GatheredSource,
    GatherStatus,
    Image,
    PickOrigin,
    RejectReason,
    SourceMemory,
)
from digest.sources.folder import FolderSettings, FolderSource

NOW = datetime(2026, 8, 20, 9, tzinfo=UTC)
STORY = """---
title: 'Ferry strike ends: what now?'
standfirst: Boats sail & again
byline: By Ana Reis
date: 2026-08-20 09:00
url: https://desk.example/ferry
categories: [World > Europe, Labour]
tags: strike, ferries
language: pt-PT
image: /ferry.jpg
alt: A "white" ferry
pick: true
---
# Boats

The *first* sailed at [six](https://x.example).

- one
- two

<script>alert(1)</script>
"""


def gather(
    folder: Path, memory: SourceMemory | None = None, zone: str | None = "Europe/Lisbon"
) -> GatheredSource:
    settings = FolderSettings(
        name="desk", path=folder, zone=zone, language="en", pick_categories=("labour",),
        pick_tags=("Editors' Pick",),
    )  # fmt: skip
    return FolderSource(settings).gather(memory or SourceMemory(), NOW)


def write(folder: Path, name: str, *lines: str) -> None:
    (folder / name).write_text(
        "\n".join(("---", "url: https://desk.example/" + name, *lines, "---"))
    )


def test_a_whole_story(tmp_path: Path) -> None:
    (tmp_path / "ferry.md").write_text(STORY, encoding="utf-8-sig")
    (story,) = gather(tmp_path).stories
    assert story.headline == "Ferry strike ends: what now?"
    assert story.aliases == (Alias(AliasKind.URL, "desk.example/ferry"),)
    assert story.standfirst == "Boats sail & again"
    assert story.text == "Boats\n\nThe first sailed at six.\n\none\n\ntwo"
    assert (story.byline, story.language) == ("Ana Reis", "pt-pt")
    assert story.published_at == datetime(2026, 8, 20, 8, tzinfo=UTC)
    assert story.date_grade is DateGrade.ASSUMED_ZONE
    assert story.categories == ("World > Europe", "Labour")
    assert story.tags == ("strike", "ferries")
    assert story.image == Image(url="https://desk.example/ferry.jpg", alt='A "white" ferry')
    assert story.pick is PickOrigin.FRONT_MATTER


def test_picks_by_category_and_tag_and_order_by_name(tmp_path: Path) -> None:
    write(tmp_path, "c.md", "title: Third")
    write(tmp_path, "a.md", "title: First", "categories: [News > Labour]")
    write(tmp_path, "b.md", "title: Second", "tags: [Editors' Pick]", "pick: no")
    stories = gather(tmp_path).stories
    assert [(one.headline, one.pick, one.position) for one in stories] == [
        ("First", PickOrigin.CATEGORY, 0),
        ("Second", PickOrigin.TAG, 1),
        ("Third", None, 2),
    ]
    assert stories[0].language == "en"


def test_a_broken_file_is_a_reject_that_says_what_to_do(tmp_path: Path) -> None:
    write(tmp_path, "good.md", "title: Good")
    (tmp_path / "plain.md").write_text("no front matter")
    (tmp_path / "open.md").write_text("---\ntitle: x\n")
    (tmp_path / "yaml.md").write_text("---\nurl: https://a.example/\ntitle: a: b\n---\n")
    (tmp_path / "latin.md").write_bytes("---\ntitle: Zürich\n---\n".encode("latin-1"))
    (tmp_path / "list.md").write_text("---\n- x\n---\n")
    (tmp_path / "large.md").write_text("---\ntitle: x\n---\n" + "x" * 1_000_000)
    (tmp_path / "untitled.md").write_text("---\nurl: https://a.example/u\n---\n")
    (tmp_path / "nowhere.md").write_text("---\ntitle: x\n---\n")
    (tmp_path / "bad.md").write_text("---\ntitle: x\nurl: file:///etc/passwd\n---\n")
    (tmp_path / "dangling.md").symlink_to(tmp_path / "none.md")
    gathered = gather(tmp_path)
    assert [story.headline for story in gathered.stories] == ["Good"]
    told = {reject.entry: (reject.reason, reject.detail) for reject in gathered.rejects}
    assert told == {
        "plain.md": (RejectReason.UNREADABLE, "it must begin with front matter: ---"),
        "open.md": (RejectReason.UNREADABLE, "its front matter is not closed by ---"),
        "yaml.md": (RejectReason.UNREADABLE, "its front matter is not YAML, line 3"),
        "latin.md": (RejectReason.UNREADABLE, "save it as UTF-8"),
        "list.md": (RejectReason.UNREADABLE, "its front matter is no list of names"),
        "large.md": (RejectReason.UNREADABLE, "is larger than 1 MB"),
        "untitled.md": (RejectReason.NO_HEADLINE, "give it a title"),
        "nowhere.md": (RejectReason.NO_LINK, "url must be a full http or https address"),
        "bad.md": (RejectReason.BAD_LINK, "url must be a full http or https address"),
    }


def test_unchanged_hidden_and_absent(tmp_path: Path) -> None:
    folder = tmp_path / ".hidden" / "desk"  # above the folder, a dot does not matter
    (folder / ".drafts").mkdir(parents=True)
    write(folder, "a.md", "title: First")
    write(folder / ".drafts", "b.md", "title: Draft")
    first = gather(folder)
    assert [story.headline for story in first.stories] == ["First"]
    assert gather(folder, first.memory).status is GatherStatus.NOT_MODIFIED
    write(folder, "a.md", "title: Second")
    assert gather(folder, first.memory).stories[0].headline == "Second"
    absent = gather(tmp_path / "none")
    assert (absent.status, absent.note) == (
        GatherStatus.FAILED,
        "there is no folder none. Check path in its settings",
    )
    (tmp_path / "empty").mkdir()
    assert gather(tmp_path / "empty").note == "the folder has no .md files"
