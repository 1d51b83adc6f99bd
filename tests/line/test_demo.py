"""`make digest`: the sample newsroom goes down the whole line, once."""

import shutil
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from digest import bundled
from tests.line.newsroom import Folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """An empty folder with the sample newsroom's configuration."""
    made = Folder(tmp_path_factory.mktemp("demo"))
    shutil.copy(bundled.sample_config(), made.path / "config.toml")
    return made


@pytest.fixture(scope="module")
def result(folder: Folder) -> Any:
    """What the first run told."""
    return folder.json("demo")


def mails(folder: Folder) -> dict[str, EmailMessage]:
    """Every mail in the outbox by its file name."""
    found = {}
    for file in sorted((folder.path / "var/outbox").rglob("*.eml")):
        mail = message_from_bytes(file.read_bytes(), policy=default)
        assert isinstance(mail, EmailMessage)
        found[str(file.relative_to(folder.path))] = mail
    return found


def test_it_gathers_composes_and_sends(folder: Folder, result: Any) -> None:
    assert sum(report["new"] for report in result["gathered"]) >= 45
    assert result["since"] >= 8, "and the next issue has something too"
    assert all(report["status"] == "ok" for report in result["gathered"])
    assert sum(report["picks"] for report in result["gathered"]) >= 4
    assert result["already_sent"], "stories older than a day count as sent, and that is said"
    morning, brief = result["issues"]
    assert morning["messages"] >= 8
    assert morning["variants"] >= 4, "regions and topics decide the content"
    assert morning["sections"] >= 6
    assert brief["messages"] >= 2
    assert len(mails(folder)) == morning["messages"] + brief["messages"]


def test_the_mails_are_whole(folder: Folder, result: Any) -> None:
    for name, mail in mails(folder).items():
        html, text = mail.get_body(("html",)), mail.get_body(("plain",))
        assert html is not None, name
        assert text is not None, name
        leave = mail["List-Unsubscribe"]
        assert leave.startswith("<http://127.0.0.1:8000/u/")
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert leave.strip("<>") in text.get_content()
        assert leave.strip("<>") in html.get_content()
        assert "{{" not in mail["Subject"]


def test_content_differs_by_region_and_topic(folder: Folder, result: Any) -> None:
    bodies = {
        mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        for name, mail in mails(folder).items()
    }
    assert len(bodies) > 4


def test_awkward_headlines_arrive(folder: Folder, result: Any) -> None:
    everything = "\n".join(
        mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        for mail in mails(folder).values()
    )
    assert "&amp;" not in everything
    assert "&#8217;" not in everything
    assert any("ऀ" <= letter <= "ॿ" for letter in everything), "the story in Hindi"
    assert any("؀" <= letter <= "ۿ" for letter in everything), "the story in Arabic"


def test_a_second_call_sends_nothing_again_and_says_so(folder: Folder, result: Any) -> None:
    before = {name: (folder.path / name).read_bytes() for name in mails(folder)}
    told = folder.run("demo").stdout
    assert "had gone out already" in told
    assert {name: (folder.path / name).read_bytes() for name in mails(folder)} == before


def test_the_index_leads_to_every_mail(folder: Folder, result: Any) -> None:
    outbox = folder.path / "var/outbox"
    assert (outbox / "index.html").exists()
    assert list(outbox.rglob("*.html"))


def test_looking_around(folder: Folder, result: Any, tmp_path: Path) -> None:
    issues = folder.json("issues")
    assert {issue["edition"] for issue in issues} == {"morning", "africa-brief"}
    shown = folder.json("show", str(issues[0]["id"]))
    assert all(slot["reason"] for slot in shown["slots"])
    folder.run("preview", "morning", "-o", str(tmp_path / "page.html"), "--region", "africa")
    assert "The Meridian" in (tmp_path / "page.html").read_text("utf-8")
    folder.run("show", "999", expect=1)
    folder.run("compose", "nonsense", expect=1)


def test_the_next_days_bring_what_came_in_since_and_then_nothing(
    folder: Folder, result: Any
) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    later = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    assert folder.json("demo", now=tomorrow)["issues"][0]["told"] == "sent"
    for _ in range(2):
        assert "roll into the next" in folder.json("demo", now=later)["issues"][0]["told"]
