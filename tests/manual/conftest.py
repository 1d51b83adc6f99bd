"""The sample newsroom after its first issues, ready to be copied for each page."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest import bundled
from tests.line.newsroom import Folder, csv
from tests.manual import exports
from tests.manual.shell import programs

#: when the first issues went, and when a page's commands are typed
SENT, NOW = "2026-11-24T12:00+00:00", "2026-11-24T12:05+00:00"


#: what pages call readers.csv
READERS = (
    ("ada@reader.example", "Ada", "en", "africa", "", "morning", "", "form", "2026-01-05"),
    ("ben@reader.example", "Ben", "en", "", "business", "morning", "", "form", "2026-02-05"),
)


@pytest.fixture(scope="session")
def bin_folder() -> Iterator[Path]:
    """Where ``digest`` is, for a shell's PATH."""
    with programs() as folder:
        yield folder


@pytest.fixture(scope="session")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Issues 1 and 2 were sent; 3 and 4 are being filled."""
    folder = Folder(tmp_path_factory.mktemp("newsroom"))
    shutil.copy(bundled.sample_config(), folder.path / "config.toml")
    folder.run("demo", now=SENT)
    folder.run("gather", now=NOW)
    folder.run("compose", now=NOW)
    (folder.path / "readers.csv").write_text(csv(READERS), "utf-8")
    exports.write(folder.path)
    return folder.path


@pytest.fixture
def page_folder(newsroom: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(newsroom, tmp_path / "ournews"))
