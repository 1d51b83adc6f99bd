"""kill -9, twenty times, anywhere in `digest send`: one file per reader, no more, no less."""

import random
import time
from pathlib import Path

from digest.errors import ExitCode
from tests.line.newsroom import Folder, csv

READERS = 1500
KILLS = 20
CONFIG = """
[[sources]]
name = "desk"
kind = "folder"
path = "stories"
[[editions]]
slug = "daily"
name = "Daily"
zone = "UTC"
  [[editions.sections]]
  take = "latest"
"""
STORY = """---
title: Killed and still there
date: 2026-11-24T04:00:00+00:00
url: https://example.org/story/
---

It went on where it was.
"""
NOW = "2026-11-24T06:00+00:00"


def test_one_file_per_reader(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    (tmp_path / "config.toml").write_text(CONFIG)
    (tmp_path / "stories").mkdir()
    (tmp_path / "stories" / "one.md").write_text(STORY)
    rows = (
        (f"r{number}@example.org", "", "en", "", "", "daily", "", "form", "2026-01-01")
        for number in range(READERS)
    )
    (tmp_path / "people.csv").write_text(csv(rows))
    folder.run("subscribers", "import", "people.csv")

    chance = random.Random(20261124)
    midway = sum(killed(folder, chance, number) for number in range(KILLS))
    assert midway >= KILLS // 3, "most kills were to hit the send itself"

    done = folder.json("send", now=NOW)[0]
    assert done["issue"]["state"] == "sent"
    assert done["deliveries"] == {"accepted": READERS}
    files = list((tmp_path / "var/outbox").rglob("*.eml"))
    assert len(files) == READERS
    told = {file.read_bytes().split(b"\r\nTo: ")[1].split(b"\r\n")[0] for file in files}
    assert len(told) == READERS
    again = folder.json("send", now=NOW)[0]
    assert again["deliveries"] == {"accepted": READERS}
    assert folder.run("issues", expect=ExitCode.DONE)


def killed(folder: Folder, chance: random.Random, number: int) -> bool:
    """Start a send and kill it; whether it was sending by then."""
    outbox = folder.path / "var/outbox"
    before = count(outbox)
    process = folder.start("--now", NOW, "send")
    try:
        if number % 3 == 0:
            # Anywhere: start-up, gathering, composing, freezing the audience.
            time.sleep(chance.uniform(0.3, 1.3))
        else:
            wanted = before + chance.randint(1, 40)
            end = time.monotonic() + 30
            while process.poll() is None and count(outbox) < wanted:
                assert time.monotonic() < end
                time.sleep(0.005)
    finally:
        process.kill()
        process.wait()
    return before < count(outbox) < READERS


def count(outbox: Path) -> int:
    """How many mails are there."""
    return sum(1 for _ in outbox.glob("*/*.eml"))
