"""One click leaves within a second, whoever else clicks (RFC 8058)."""

from pathlib import Path

from tests.trust.one_click import DATABASE, leave, newsroom
from tests.trust.serving import served

#: a quarter of what `make bench` asks, since tests run beside others
PER_SECOND, SECONDS = 50, 3


def test_many_at_once_leave_durably(tmp_path: Path) -> None:
    folder, paths = newsroom(tmp_path, PER_SECOND * SECONDS)
    with served(folder) as url:
        left = leave(url, tmp_path / DATABASE, paths, PER_SECOND)
    print(
        f"median {left.percentile(0.5) * 1000:.0f} ms, 99th {left.percentile(0.99) * 1000:.0f} ms"
    )
    assert left.unseen == 0
    assert left.percentile(0.99) < 1
