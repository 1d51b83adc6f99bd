"""``digest preview``: any date, any readers, the same bytes each time, nothing stored or told."""

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from digest import bundled
from digest.errors import ExitCode
from tests.line.newsroom import Folder, csv

ADDRESS = "asha.reader@example.org"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """The sample newsroom after its first issue, with one reader more."""
    made = Folder(tmp_path_factory.mktemp("preview"))
    shutil.copy(bundled.sample_config(), made.path / "config.toml")
    made.run("demo")
    row = (ADDRESS, "Asha", "en", "africa", "business", "morning", "", "form", "2026-01-01")
    (made.path / "people.csv").write_text(csv([row]))
    made.run("subscribers", "import", "people.csv")
    return made


@pytest.fixture(scope="module")
def sent(folder: Folder) -> Any:
    """The issue of today, which was sent."""
    return next(one for one in folder.json("issues") if one["edition"] == "morning")


def one(folder: Folder, *words: str, expect: int = 0) -> Any:
    """What a preview of one issue told."""
    (told,) = folder.json("preview", *words, expect=expect)
    return told


def test_a_page_for_each_edition(folder: Folder) -> None:
    told = folder.json("preview")
    assert {one["edition"] for one in told} == {"morning", "africa-brief"}
    for page in told:
        (file,) = page["files"]
        assert file == f"preview-{page['edition']}-{page['date']}.html"
        assert (folder.path / file).read_text("utf-8").startswith("<!doctype html>")
    folder.run("preview", "-o", "one.html", expect=ExitCode.USAGE)


@pytest.mark.parametrize("when", ["sent", "next"])
def test_the_same_bytes_from_another_process_at_another_minute(
    folder: Folder, sent: Any, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = sent["local_date"] if when == "sent" else one(folder, "morning", "-o", "x.html")["date"]
    pages = []
    for seed, minutes in (("1", 0), ("2", 0), ("3", 4)):
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        now = (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()
        words = ("preview", "morning", "--date", day, "--region", "africa", "--region", "europe")
        folder.run_anew(*words, "-o", f"{when}-{seed}.html", now=now)
        pages.append((folder.path / f"{when}-{seed}.html").read_bytes())
    assert len(set(pages)) == 1


def test_it_stores_nothing(folder: Folder) -> None:
    before = folder.json("issues")
    told = one(folder, "morning", "-o", "next.html")
    assert told["issue"] is None
    assert told["state"] == "planned"
    assert told["stories"] >= 5
    assert folder.json("issues") == before


def test_by_number_and_by_date_is_the_same_issue(folder: Folder, sent: Any) -> None:
    by_number = one(folder, "--issue", str(sent["id"]), "-o", "number.html")
    by_date = one(folder, "morning", "--date", sent["local_date"], "-o", "date.html")
    assert by_number["state"] == "sent"
    assert (folder.path / "number.html").read_bytes() == (folder.path / "date.html").read_bytes()
    assert by_number["sizes"] == by_date["sizes"]
    folder.run("preview", "africa-brief", "--issue", str(sent["id"]), expect=ExitCode.USAGE)
    folder.run("preview", "--issue", "999", expect=ExitCode.ERROR)


def test_a_day_without_an_issue_is_told(folder: Folder, sent: Any) -> None:
    today = date.fromisoformat(sent["local_date"])
    saturday = today + timedelta(days=(5 - today.weekday()) % 7 + 7)
    for words, told in (
        (("africa-brief", "--date", str(saturday)), "Saturday"),
        (("morning", "--date", str(today - timedelta(days=3))), "had no issue"),
        (("morning", "--date", str(today + timedelta(days=99))), "too far ahead"),
    ):
        done = folder.run("preview", *words, expect=ExitCode.ERROR)
        assert told in done.stderr
    folder.run("preview", "morning", "--date", "24.11.2026", expect=ExitCode.USAGE)


def test_readers_see_what_they_chose(folder: Folder, sent: Any) -> None:
    number = str(sent["id"])
    whole = one(folder, "--issue", number, "-o", "whole.html")
    africa = one(folder, "--issue", number, "--region", "africa", "-o", "africa.html")
    mine = one(folder, "--issue", number, "--reader", ADDRESS, "-o", "mine.html")
    assert 0 < mine["stories"] < africa["stories"] < whole["stories"]
    who = mine["readers"].split()[1].rstrip(",")
    one(folder, "--issue", number, "--reader", who, "-o", "who.html")
    page = (folder.path / "mine.html").read_bytes()
    assert page == (folder.path / "who.html").read_bytes()
    assert b"region Africa; topic Business" in page


def test_a_reader_sees_their_own_language_and_style(folder: Folder, sent: Any) -> None:
    head = "email,language,style,editions,consent_source"
    rows = ["maya@example.org,hi,large,morning,form", "rosa@example.org,es,plain,morning,form"]
    (folder.path / "styles.csv").write_text("\n".join([head, *rows]))
    folder.run("subscribers", "import", "styles.csv")
    number = str(sent["id"])
    told = one(folder, "--issue", number, "--reader", "maya@example.org", "-o", "maya.html")
    assert told["readers"].endswith("language hi, style large")
    page = (folder.path / "maya.html").read_text("utf-8")
    assert "अफ़्रीका" in page
    assert "Africa</h2>" not in page
    told = one(folder, "--issue", number, "--reader", "rosa@example.org", "-o", "rosa.html")
    assert told["readers"].endswith("language es, the text part alone")


def test_a_page_tells_no_address_and_opens_no_door(folder: Folder, sent: Any) -> None:
    one(folder, "--issue", str(sent["id"]), "--reader", ADDRESS, "-o", "mine.html")
    page = (folder.path / "mine.html").read_text("utf-8")
    assert ADDRESS not in page
    assert "Asha" not in page
    assert "/u/" not in page
    assert "/p/" not in page
    assert "#leave" in page


def test_who_gets_no_mail_is_told_so(folder: Folder) -> None:
    told = one(folder, "africa-brief", "--reader", ADDRESS, "-o", "brief.html")
    assert told["left_out"] == "left"
    assert "gets no mail of this edition" in (folder.path / "brief.html").read_text("utf-8")


def test_what_does_not_exist_is_named(folder: Folder) -> None:
    done = folder.run("preview", "morning", "--region", "atlantis", expect=ExitCode.ERROR)
    assert "africa" in done.stderr
    done = folder.run("preview", "morning", "--reader", "no@example.org", expect=ExitCode.ERROR)
    assert "no@example.org" not in done.stderr
    folder.run("preview", "morning", "--reader", "who", expect=ExitCode.USAGE)
    words = ("--reader", ADDRESS, "--region", "africa")
    folder.run("preview", "morning", *words, expect=ExitCode.USAGE)


def test_the_mail_itself(folder: Folder, tmp_path: Path) -> None:
    told = one(folder, "morning", "-o", str(tmp_path), "--raw", str(tmp_path / "raw"))
    page, html, text = (folder.path / file for file in told["files"])
    assert page.parent == tmp_path
    assert html.read_text("utf-8").startswith("<!doctype html>")
    assert "The Meridian" in text.read_text("utf-8")
    assert told["sizes"]["message"] > told["sizes"]["html"] > told["sizes"]["text"]
