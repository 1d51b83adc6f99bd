"""``digest check`` on the sample newsroom, as its user would."""

import shutil
from pathlib import Path

import pytest

from digest import bundled
from tests.line.newsroom import Folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """The sample newsroom after its first day."""
    made = Folder(tmp_path_factory.mktemp("check"))
    shutil.copy(bundled.sample_config(), made.path / "config.toml")
    made.run("demo")
    return made


@pytest.mark.parametrize("named", ["1", "2", "morning"])
def test_the_samples_issues_go(folder: Folder, named: str) -> None:
    told = folder.json("check", named)
    assert told["goes"]
    assert {one["level"] for one in told["findings"]} <= {"pass", "warn"}
    assert {one["check"] for one in told["findings"]} >= {"subject", "links", "size", "headers"}


def test_a_block_leaves_with_7_unless_it_is_allowed(folder: Folder) -> None:
    # once real mail may go, this machine is no place to send readers to
    told = {
        "sending.transport": "smtp",
        "sending.smtp.host": "127.0.0.1",
        "web.signing_keys": "k1:0123456789abcdef0123456789abcdef",
        "web.pepper": "0123456789abcdef0123456789abcdef",
    }
    real = [word for key, value in told.items() for word in ("--set", f"{key}={value}")]
    done = folder.run(*real, "check", "1", "--offline", expect=7)
    assert "Keeps it from going" in done.stdout
    assert "links" in done.stdout
    allowed = [word for name in ("links", "images", "headers") for word in ("--allow", name)]
    done = folder.run(*real, "check", "1", "--offline", *allowed)
    assert "(allowed)" in done.stdout
    assert "It goes." in done.stdout
    json = folder.json(*real, "check", "1", "--offline", *allowed)
    assert json["goes"]
    assert json["allowed"] == ["headers", "images", "links"]


def test_what_it_does_not_know(folder: Folder) -> None:
    assert "is no check" in folder.run("check", "1", "--allow", "speling", expect=2).stderr
    assert "no such issue" in folder.run("check", "99", expect=1).stderr
    assert "no edition" in folder.run("check", "evening", expect=1).stderr


def test_a_host_that_is_no_host_is_a_mistake_with_its_key(folder: Folder) -> None:
    bad = ("--set", 'preflight.staging_hosts=["https://cms.paper.news/"]')
    done = folder.run(*bad, "check", "1", expect=3)
    assert "preflight.staging_hosts[0]: 'https://cms.paper.news/': use a bare host" in done.stderr


def test_preview_says_what_it_found(folder: Folder, tmp_path: Path) -> None:
    (written,) = folder.json("preview", "morning", "-o", str(tmp_path))
    assert {one["check"] for one in written["findings"]} >= {"subject", "contrast"}
