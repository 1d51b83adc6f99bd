"""Counted links lead on at once, whoever else follows them, and every click is written."""

from pathlib import Path

from tests.trust.clicking import counted, follow, newsroom
from tests.trust.one_click import DATABASE
from tests.trust.serving import served

#: a quarter of what `make bench` asks, since tests run beside others
PER_SECOND, SECONDS = 50, 3


def test_many_follow_links(tmp_path: Path) -> None:
    folder, paths = newsroom(tmp_path, 20)
    with served(folder) as url:
        took = follow(url, paths, SECONDS, PER_SECOND)
    # Stopped at once: what waited was written first.
    assert counted(tmp_path / DATABASE, PER_SECOND * SECONDS) == PER_SECOND * SECONDS
    assert took.percentile(0.99) < 1
