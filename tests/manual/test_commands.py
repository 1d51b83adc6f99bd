"""Every command of the documentation works as printed, or its fence says why nobody runs it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.manual.blocks import blocks, indented
from tests.manual.conftest import NOW
from tests.manual.shell import Shell, free_port
from tests.parts import REPO

PAGES = {
    str(page.relative_to(REPO)): page.read_text("utf-8")
    for page in sorted([*REPO.glob("*.md"), *(REPO / "docs").glob("*.md")])
}
#: run by tests of their own, which have a server, a relay or a database at hand
ELSEWHERE = {
    "docs/api.md": "tests/api/test_docs.py",
    "docs/segments.md": "tests/segments/test_docs.py",
    "docs/tutorial.md": "tests/manual/test_tutorial.py",
    "docs/postgresql.md": "tests/manual/test_commands.py",
}
RUN = {
    page: [one for one in blocks(text) if one.language == "sh" and not one.reason]
    for page, text in PAGES.items()
}


@pytest.mark.parametrize(
    "page", [page for page, found in RUN.items() if found and page not in ELSEWHERE]
)
def test_the_commands_of_a_page_work(page: str, page_folder: Path, bin_folder: Path) -> None:
    port = free_port()
    settings = {"DIGEST_WEB__PORT": str(port), "DIGEST": f"http://127.0.0.1:{port}"}
    Shell(bin_folder, page_folder, NOW, settings).run(RUN[page])


@pytest.mark.part("postgres")
def test_two_workers_on_postgresql_one_of_them_killed(
    page_folder: Path, bin_folder: Path, postgres_url: Callable[[], str]
) -> None:
    settings = {"DIGEST_DATABASE__URL": postgres_url(), "DIGEST_WEB__PORT": "0"}
    told = Shell(bin_folder, page_folder, settings=settings).run(RUN["docs/postgresql.md"])
    assert "in doubt" in told


@pytest.mark.parametrize("page", PAGES)
def test_no_command_stands_where_nobody_would_run_it(page: str) -> None:
    unmarked = [
        f"line {one.line}"
        for one in blocks(PAGES[page])
        if one.commands and one.language not in {"sh", "text"}
    ]
    assert unmarked == [], "fence it as sh"
    assert indented(PAGES[page]) == [], "fence it as sh"


@pytest.mark.parametrize(("page", "test"), ELSEWHERE.items())
def test_what_is_run_elsewhere_is_run_there(page: str, test: str) -> None:
    assert page.rpartition("/")[2] in (REPO / test).read_text("utf-8")
