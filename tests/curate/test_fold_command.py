"""``digest fold --jsonl`` on rows as anybody may write them."""

import json
import subprocess
import sys
from pathlib import Path

BODY = (
    "The harbour council of Westhaven voted on Monday to close the old grain quay, ending eighty "
    "years of barley shipments from the northern plain, the harbour master said."
)
ROWS = [
    {"id": "a", "title": "Westhaven closes its grain quay", "body": BODY, "time": "2026-11-24"},
    {"id": "b", "title": "Quay shut", "body": BODY, "time": "2026-11-24T05:00:00+01:00"},
    {"id": 3, "title": "Ferry fares rise", "body": None, "time": "1795500000000"},
    {"id": "d", "title": "Museum buys a diary at auction", "time": "²"},
]


def fold(path: Path, lines: list[str]) -> subprocess.CompletedProcess[str]:
    file = path / "rows.jsonl"
    file.write_text("\n".join(lines) + "\n")
    command = [sys.executable, "-m", "digest", "fold", "--jsonl", str(file)]
    return subprocess.run(command, cwd=path, text=True, capture_output=True, check=False)


def test_rows_in_their_order_with_the_first_of_each_group(tmp_path: Path) -> None:
    done = fold(tmp_path, [json.dumps(row) for row in ROWS])
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in found] == ["a", "b", 3, "d"]
    assert [row["copy"] for row in found] == ["a", "a", 3, "d"]
    assert [row["fold"] for row in found] == [row["event"] for row in found] == ["a", "a", 3, "d"]


def test_bad_rows_are_named_and_the_rest_is_grouped(tmp_path: Path) -> None:
    done = fold(tmp_path, [json.dumps(ROWS[0]), "no json", '{"title": "without an id"}', ""])
    assert done.returncode != 0
    assert len(done.stdout.splitlines()) == 1
    assert "line 2" in done.stderr
    assert "line 3" in done.stderr
    assert "2 rows left out" in done.stderr
