"""The newsroom, written once for all tests that only read it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.sample import write

#: in summer, when London is an hour ahead of UTC
NOW = datetime(2026, 7, 8, 6, 0, tzinfo=UTC)
BASE = "http://127.0.0.1:8000/sample"


@pytest.fixture(scope="session")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    write(folder, NOW, BASE)
    return folder
