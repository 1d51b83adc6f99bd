"""The commands of trust, as a person types them: what they say and how they end."""

import sqlite3
from pathlib import Path

from digest.errors import ExitCode
from tests.line.newsroom import Folder, csv
from tests.line.test_kills import CONFIG, NOW, STORY


def test_pause_resume_undo_doubtful_and_fsck(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    (tmp_path / "config.toml").write_text("[sending]\nundo_minutes = 5\n" + CONFIG)
    (tmp_path / "stories").mkdir()
    (tmp_path / "stories" / "one.md").write_text(STORY)
    rows = [("r1@example.org", "", "en", "", "", "daily", "", "form", "2026-01-01")]
    (tmp_path / "people.csv").write_text(csv(rows))
    folder.run("subscribers", "import", "people.csv")

    folder.run("gather", now=NOW)
    (plan,) = folder.json("send", "--dry-run", now=NOW)
    assert (plan["messages"], plan["rate"]) == (1, "assumed")
    locked = folder.run("send", now=NOW, expect=ExitCode.TEMPORARY).stdout
    assert "`digest undo 1`" in locked
    assert "taken back" in folder.run("undo", "1", "--by", "Ada", now=NOW).stdout
    refused = folder.run("send", now=NOW, expect=ExitCode.REFUSED).stderr
    assert "paused by Ada: taken back before it went" in refused
    folder.run("resume", "1", now=NOW)
    folder.run("--set", "sending.undo_minutes=0", "send", now=NOW)
    database = sqlite3.connect(tmp_path / "var/digest.sqlite3")
    with database:
        database.execute("UPDATE batch SET state = 'in_doubt', lease_until = NULL")
        database.execute("UPDATE delivery SET state = 'in_doubt', code = 'no answer'")
    database.close()
    # The outbox knows what it holds, so the doubt is none any more once somebody asks.
    assert folder.run("doubtful", now=NOW).stdout == "no delivery is in doubt\n"
    assert folder.run("fsck", now=NOW).stdout == "everything adds up\n"

    database = sqlite3.connect(tmp_path / "var/digest.sqlite3")
    with database:
        database.execute("DELETE FROM delivery")
    database.close()
    flaws = folder.json("fsck", now=NOW, expect=ExitCode.UNSOUND)["flaws"]
    assert {one["rule"] for one in flaws} == {"audience", "in-a-batch"}
