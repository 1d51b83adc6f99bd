"""From config.toml to a transport: SMTP with a bounce address and a signature of its own."""

from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path

import dkim
import pytest
from click.testing import Result
from typer.testing import CliRunner

import digest.cli.dkim
from digest.cli.root import cli
from digest.config.settings import Settings
from digest.deliver import verp
from digest.deliver.dkim import make, record
from digest.deliver.journal import FileJournal
from digest.deliver.transports.build import build
from digest.errors import ConfigError, DigestError, WrongStateError
from digest.protocols import Transport
from tests.deliver.newsroom import message
from tests.deliver.servers import mail_server

KEY = b"k" * 32
PEM = make(ed25519=True)


def transport(smtp: dict[str, object]) -> Transport:
    sending = {"transport": "smtp", "from": "The Meridian <news@meridian.example>", "smtp": smtp}
    told = Settings.model_validate({"sending": sending}).sending
    return build(told, told, lambda: KEY)


def taken(smtp: dict[str, object], journal: FileJournal) -> tuple[str, bytes]:
    """The envelope's sender and the bytes of one message."""
    with mail_server() as server:
        made = transport({"host": "127.0.0.1", "port": server.port, "security": "none", **smtp})
        list(made.send("1.1.1", [message(7)], journal))
    ((sender, _, data),) = server.received
    return sender, data


def test_left_out_bounces_go_to_the_sender_and_nothing_is_signed(journal: FileJournal) -> None:
    sender, data = taken({}, journal)
    assert sender == "news@meridian.example"
    assert b"DKIM-Signature" not in data


def test_a_bounce_address_tells_the_message(journal: FileJournal) -> None:
    sender, _ = taken({"bounce_address": "bounce@meridian.example"}, journal)
    assert sender.startswith("bounce+1-7-")
    assert verp.read(sender, KEY) == "1-7"


def test_a_signature_of_the_senders_domain(journal: FileJournal) -> None:
    told = {"dkim": [{"selector": "news"}], "dkim_keys": {"news": PEM}}
    _, data = taken(told, journal)
    signature = message_from_bytes(data, policy=policy.default)["DKIM-Signature"]
    assert "d=meridian.example; s=news;" in signature
    asked = []

    def answer(name: bytes, timeout: int = 5) -> bytes:
        asked.append(name)
        return record(PEM).encode()

    assert dkim.verify(data, dnsfunc=answer)
    assert asked == [b"news._domainkey.meridian.example."]


def test_keys_that_are_missing_or_unfit_are_told_at_once() -> None:
    told = {"dkim": [{"selector": "a"}, {"selector": "b"}], "dkim_keys": {"b": "no key"}}
    with pytest.raises(ConfigError) as caught:
        transport({"host": "127.0.0.1", **told})
    mistakes = {one.key: one.problem for one in caught.value.mistakes}
    assert "`digest dkim make a`" in mistakes["sending.smtp.dkim_keys.a"]
    assert "PEM" in mistakes["sending.smtp.dkim_keys.b"]
    assert "no key" not in str(caught.value)


@pytest.fixture
def digest(tmp_path: Path) -> Callable[..., Result]:
    """Runs the command line in a newsroom's folder."""
    (tmp_path / "config.toml").write_text(
        '[sending]\nfrom = "news@meridian.example"\n[[sources]]\nname = "s"\nkind = "folder"\n'
        'path = "s"\n[[editions]]\nslug = "e"\nname = "E"\n[[editions.sections]]\ntake = "latest"\n'
    )
    return lambda *words: CliRunner().invoke(
        cli, ["--config", str(tmp_path / "config.toml"), "dkim", *words]
    )


def test_a_key_is_made_once_and_its_record_told(
    digest: Callable[..., Result], tmp_path: Path
) -> None:
    made = digest("make", "news2026", "--ed25519")
    file = tmp_path / ".secrets" / "sending__smtp__dkim_keys__news2026"
    assert made.exit_code == 0, made.output
    assert file.stat().st_mode & 0o777 == 0o600
    assert f'"{record(file.read_text())}"' in made.output
    assert "news2026._domainkey.meridian.example. IN TXT" in made.output
    assert 'selector = "news2026"' in made.output
    before = file.read_text()
    assert isinstance(digest("make", "news2026").exception, WrongStateError)
    assert file.read_text() == before
    assert record(before) in digest("record", "news2026", "--json").output
    assert isinstance(digest("record", "other").exception, DigestError)
    assert digest("make", "../other").exit_code == 2


def test_a_dry_run_makes_nothing(digest: Callable[..., Result], tmp_path: Path) -> None:
    assert digest("make", "news2026", "--dry-run").exit_code == 0
    assert not (tmp_path / ".secrets" / "sending__smtp__dkim_keys__news2026").exists()
