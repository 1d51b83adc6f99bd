"""What a person sees of it: yesterday's copy of the database put back, then `digest adopt`."""

import shutil
from pathlib import Path

from digest.errors import ExitCode
from tests.line.newsroom import Folder, csv
from tests.line.test_kills import CONFIG, NOW, STORY

EVENING = "2026-11-24T06:20+00:00"


def test_a_restored_copy_sends_nothing_until_it_is_adopted(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    (tmp_path / "config.toml").write_text('[alerts]\nto = ["desk@example.org"]\n' + CONFIG)
    (tmp_path / "stories").mkdir()
    (tmp_path / "stories" / "one.md").write_text(STORY)
    rows = [("r1@example.org", "", "en", "", "", "daily", "", "form", "2026-01-01")]
    (tmp_path / "people.csv").write_text(csv(rows))
    folder.run("subscribers", "import", "people.csv")
    folder.run("run", "--once", now="2026-11-24T05:00+00:00")
    database, backup = tmp_path / "var/digest.sqlite3", tmp_path / "backup.sqlite3"
    shutil.copy(database, backup)
    folder.run("run", "--once", now=NOW)
    assert len(mails(tmp_path)) == 1

    shutil.copy(backup, database)
    for words in (("run", "--once"), ("send",)):
        refused = folder.run(*words, now=EVENING, expect=ExitCode.REFUSED).stderr
        assert "restored from an older copy" in refused
        assert "digest adopt" in refused
    # One alert of it to the newsroom, and nothing to a reader.
    assert len(to_readers(tmp_path)) == 1
    assert sum("digest adopt" in one for one in mails(tmp_path)) == 1
    assert "is paused" in folder.run("adopt", "--by", "Ada", now=EVENING).stdout
    (*_, issue) = folder.json("run", "--once", now=EVENING)
    assert "did it go before?" in issue["issue"]["reason"]
    assert len(to_readers(tmp_path)) == 1
    assert "belongs here already" in folder.run("adopt").stdout


def to_readers(folder: Path) -> list[str]:
    return [one for one in mails(folder) if "To: r1@example.org" in one]


def mails(folder: Path) -> list[str]:
    found = sorted(folder.rglob("*.eml"), key=lambda one: one.stat().st_mtime)
    return [one.read_text() for one in found]
