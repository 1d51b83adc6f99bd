"""The outbox: files with names of their own, whole or absent, and pages over them."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from pydantic import SecretStr

from digest.config.providers import SendGrid, Smtp
from digest.config.settings import Sending
from digest.deliver.journal import FileJournal
from digest.deliver.transports.build import build
from digest.deliver.transports.outbox import Outbox
from digest.deliver.writer import MessageWriter
from digest.model import DeliveryState, Message
from digest.render.message import build as build_message
from digest.render.tokens import fill
from tests.deliver.newsroom import message, rendered


def send(folder: Path, *messages: Message) -> list[DeliveryState]:
    with FileJournal.open(folder / "journals", "1.1.1") as journal:
        outbox = Outbox(folder / "outbox", MessageWriter())
        return [one.state for one in outbox.send("1.1.1", messages, journal)]


def test_files_hold_the_message_and_its_html(tmp_path: Path) -> None:
    one = message(7)
    send(tmp_path, one)
    folder = tmp_path / "outbox" / "1"
    assert (folder / "1-7.eml").read_bytes() == build_message(one)
    html = fill(one.variant.html, one.tokens, html=True)
    assert (folder / "1-7.html").read_text("utf-8") == html


def test_again_is_the_same_files(tmp_path: Path) -> None:
    send(tmp_path, message(1), message(2))
    before = {path: path.read_bytes() for path in tmp_path.glob("outbox/*/*")}
    send(tmp_path, message(1), message(2))
    assert {path: path.read_bytes() for path in tmp_path.glob("outbox/*/*")} == before
    assert not list(tmp_path.rglob("*.unfinished"))


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    send(tmp_path, message(1))
    assert (tmp_path / "outbox" / "1").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("ref", ["../../etc/passwd", "1/2", "", ".1-2", "1-2\n"])
def test_names_stay_inside_the_folder(tmp_path: Path, ref: str) -> None:
    with pytest.raises(ValueError, match="message"):
        Outbox(tmp_path, MessageWriter()).evidence([ref])


class Links(HTMLParser):
    """Every address a page leads to or loads from."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.found += [value or "" for name, value in attrs if name in {"href", "src"}]


def test_pages_lead_to_every_message_and_load_nothing(tmp_path: Path) -> None:
    send(tmp_path, message(1), message(2, rendered("v2")), message(11, ref="test-daily-20261124"))
    outbox = tmp_path / "outbox"
    for page in [outbox / "index.html", *outbox.glob("*/index.html")]:
        text = page.read_text("utf-8")
        links = Links(text)
        assert not {"script", "img", "link", "iframe"} & set(links.tags)
        for link in links.found:
            assert (page.parent / link).exists(), link
        assert "reader1@example.com" not in text
    issue = (outbox / "1" / "index.html").read_text("utf-8")
    assert "Größere Fähren für v2" in issue
    assert "r…@example.com" in issue
    assert "2 messages" in issue
    assert "issue 1" in (outbox / "index.html").read_text("utf-8")
    assert (outbox / "test" / "test-daily-20261124.eml").exists()


def test_a_subject_is_no_markup_on_the_pages(tmp_path: Path) -> None:
    one = message(1)
    headers = replace(
        one.headers, subject="<script>alert(1)</script> & {x}", to_name='"><b onload=x>'
    )
    hostile = replace(message(2), headers=headers)
    send(tmp_path, one, hostile)
    for page in tmp_path.glob("outbox/**/index.html"):
        text = page.read_text("utf-8")
        assert "<script" not in text
        assert not re.search(r"<b[ >]", text)


def test_more_messages_than_a_page_shows(tmp_path: Path) -> None:
    send(tmp_path, *[message(number) for number in range(1, 600)])
    page = (tmp_path / "outbox" / "1" / "index.html").read_text("utf-8")
    assert "599 messages, the first 500 shown" in page
    assert page.count(".eml") == 500
    assert "1-500.eml" in page


def test_the_writer_encodes_a_variant_once_and_keeps_a_bounded_number() -> None:
    write = MessageWriter()
    one = message(1)
    assert write(one) == write(one) == build_message(one)
    for number in range(140):
        write(message(1, rendered(f"v{number}")))
    assert write(one) == build_message(one)


@pytest.mark.parametrize("name", ["outbox", "smtp", "sendgrid"])
def test_the_configuration_names_the_transport(name: str, tmp_path: Path) -> None:
    sending = Sending.model_validate(
        {
            "transport": name,
            "from": "The Meridian <news@bücher.example>",
            "outbox": tmp_path,
            "smtp": Smtp(host="127.0.0.1", password=SecretStr("hunter2")),
            "sendgrid": SendGrid(api_key=SecretStr("SG.x")),
        }
    )
    assert build(sending, sending, lambda: b"k").name == name
