"""The preview at the desk is the page that the command writes, under a policy of its own."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from digest import bundled
from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.demo import run_demo
from digest.model import Interest, IssueId

NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The sample newsroom after its first issue."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copy(bundled.sample_config(), folder / "config.toml")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        made = App(load(Path("config.toml")), SetClock(NOW))
        run_demo(made)
        yield made
    made.engine.dispose()


@pytest.fixture(scope="module")
def client(app: App) -> TestClient:
    site = app.pages.sites()[0].site
    return TestClient(site, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 50000))


def test_it_is_the_same_page(app: App, client: TestClient) -> None:
    room = app.newsroom
    africa = Interest(regions=frozenset({"africa"}))
    for query, interest in (("", None), ("?region=africa&topic=&segment=", africa)):
        answer = client.get(f"/desk/issues/1/preview{query}")
        preview = room.preview(room.issue(IssueId(1)), interest)
        assert answer.text == app.pages.desk.preview_page(preview)
        assert answer.text.count("<iframe") == 6


def test_the_desks_own_preview_leads_to_it(client: TestClient) -> None:
    page = client.get("/desk/issues/1/look?region=africa").text
    assert 'href="/desk/issues/1/preview?region=africa"' in page


def test_its_frames_cannot_act_on_the_desk(client: TestClient) -> None:
    policy = client.get("/desk/issues/1/preview").headers["content-security-policy"]
    told = dict(one.strip().split(" ", 1) for one in policy.split(";"))
    assert told["default-src"] == "'none'"
    assert told["form-action"] == "'none'"
    assert not {"script-src", "connect-src", "frame-src"} & told.keys()


def test_an_issue_that_is_not_there(client: TestClient) -> None:
    assert client.get("/desk/issues/999/preview").status_code == 404
