"""docs/doctor.md tells of every check what the registry says."""

from digest.errors import ExitCode
from tests.doctor.document import FILE, written
from tests.parts import REPO


def test_the_table_is_that_of_the_registry() -> None:
    text = FILE.read_text("utf-8")
    assert written(text) == text, "python -m tests.doctor.document writes it"


def test_the_exit_code_is_documented() -> None:
    for name in ("doctor.md", "cli.md"):
        text = (REPO / "docs" / name).read_text("utf-8")
        assert str(int(ExitCode.UNWELL)) in text
