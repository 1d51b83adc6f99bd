"""``digest classify`` and ``digest correct``, as their users call them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.line.newsroom import Folder, environment

CONFIG = """
[newsroom]
name = "The Test"
[database]
url = "sqlite:///digest.sqlite3"
[[sources]]
name = "own"
kind = "folder"
path = "stories"
[[editions]]
slug = "daily"
name = "Daily"
[[editions.sections]]
take = "latest"
[regions]
home = "GB"
[topics.rules]
"Sport" = "sports"
"""
NOW = "2026-11-24T06:00+00:00"
STORY = """---
title: {title}
url: https://paper.example/{number}
date: 2026-11-23T10:00:00Z
categories: [{category}]
---
{text}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    (tmp_path / "config.toml").write_text(CONFIG)
    (tmp_path / "stories").mkdir()
    told = [
        ("Clinic opens in Leeds", "Wellbeing", "Doctors and nurses will see patients."),
        ("Nurses gather in York", "Wellbeing", "The hospital ward was full of patients."),
        ("Surgeon retires", "Wellbeing", "He did surgery on a thousand patients in hospital."),
        ("Goalkeeper scores", "Sport", "The match ended in a draw."),
    ]
    for number, (title, category, text) in enumerate(told):
        page = STORY.format(title=title, number=number, category=category, text=text)
        (tmp_path / "stories" / f"{number}.md").write_text(page)
    return Folder(tmp_path)


def test_a_file_and_standard_input_are_explained(folder: Folder) -> None:
    text = "Niger reopens its border\nLorries crossed near Niamey. The army watched."
    (folder.path / "story.txt").write_text(text)
    told = folder.run("classify", "story.txt").stdout
    assert "country: NE" in told
    assert "Niger: headline, 2 mentions" in told
    page = "<html><title>x</title><body><article><h1>Niger votes</h1><p>Niamey.</article>"
    done = subprocess.run(
        [sys.executable, "-m", "digest", "classify", "-", "--json"],
        cwd=folder.path,
        env=environment(),
        input=page,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert json.loads(done.stdout)["primary_country"] == "NE"


def test_a_missing_file_and_two_questions_at_once_are_refused(folder: Folder) -> None:
    assert "No such file" in folder.run("classify", "absent.txt", expect=1).stderr
    folder.run("classify", "story.txt", "--unmapped", expect=2)


def test_rows_are_read_one_by_one_and_a_bad_one_stops_none(folder: Folder) -> None:
    rows = [
        '{"id": "a", "title": "Niger votes", "body": "Niamey queued."}',
        '{"id": "b", "title": "Council mends the clock", "body": "", "home": "IE"}',
        "not json",
        '{"id": "c", "title": 7}',
        '{"title": "no id"}',
        "[1]",
        '{"id": "d", "title": "", "body": null}',
        '{"id": "h", "title": "Home", "home": "Ireland"}',
        '{"id": "\\ud800", "title": "Lone \\ud800 half", "body": "In Peru."}',
        '{"id": 5, "title": "Goals", "body": "x", "categories": ["Sport"], "language": "en"}',
        '{"id": "u", "title": "Clock mended", "body": ""}',
    ]
    file = folder.path / "rows.jsonl"
    file.write_text("\ufeff" + "\n".join(rows) + "\n\n", encoding="utf-8")
    done = folder.run("classify", "--jsonl", "rows.jsonl", expect=4)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in found] == ["a", "b", "?", 5, "u"]
    keys = ["id", "primary_country", "countries", "regions", "topic", "confidence", "evidence"]
    assert all(list(row) == keys for row in found)
    assert [row["primary_country"] for row in found] == ["NE", "IE", "PE", None, None]
    assert found[3]["topic"] == "sports"
    assert all(0 <= row["confidence"] <= 1 for row in found)
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == [
        *(f"line {number}" for number in range(3, 9)),
        "6 rows left out",
    ]


def test_unmapped_categories_come_with_the_line_to_add(folder: Folder) -> None:
    folder.run("gather", now=NOW)
    (row,) = folder.json("classify", "--unmapped", now=NOW)
    assert (row["category"], row["stories"]) == ("Wellbeing", 3)
    assert row["add"] == '[topics.rules] "Wellbeing" = "health"  # 3 of 3 read so'


def test_an_editor_s_correction_outlives_new_versions_and_new_rules(folder: Folder) -> None:
    folder.run("gather", now=NOW)
    said = ("--topic", "business", "--region", "africa", "--by", "Ann")
    found = folder.json("correct", "1", *said, now=NOW)
    assert (found["topic"], found["regions"]) == ("business", ["africa"])
    page = STORY.format(title="New", number=0, category="Wellbeing", text="Patients in Leeds.")
    (folder.path / "stories" / "0.md").write_text(page)
    (folder.path / "config.toml").write_text(CONFIG.replace('"Sport"', '"Sports"'))
    folder.run("gather", now=NOW)
    after = folder.json("correct", "1", "--country", "none", now=NOW)
    assert (after["topic"], after["countries"]) == ("business", [])
    assert after["regions"] == ["africa"]
    back = folder.json("correct", "1", "--forget", now=NOW)
    assert back["topic"] != "business"
    assert back["regions"] == ["europe"]


def test_a_correction_needs_a_story_and_words_that_exist(folder: Folder) -> None:
    folder.run("gather", now=NOW)
    assert "no such story" in folder.run("correct", "99", "--topic", "health", expect=1).stderr
    wrong = folder.run("correct", "1", "--topic", "heal", expect=1).stderr
    assert "Known: health" in wrong
    folder.run("correct", "1", expect=2)
