"""SMTP to Postfix: its test server with each of its faults, and the whole of it as a relay."""

import re
import ssl
from dataclasses import replace
from email import message_from_bytes, policy
from functools import partial
from pathlib import Path

import dkim
import pytest

from digest.deliver import verp
from digest.deliver.dkim import Signer, make, record
from digest.deliver.journal import FileJournal
from digest.deliver.transports.smtp import Smtp
from digest.deliver.transports.smtp_run import STRIKES
from digest.deliver.transports.smtp_server import Limits, SmtpServer
from digest.deliver.writer import MessageWriter
from digest.errors import TransportError
from digest.render.message import build
from tests.deliver import postfix
from tests.deliver.smtp import (
    ACCEPTED,
    DEFERRED,
    IN_DOUBT,
    REJECTED,
    mails,
    send,
    states,
    transport,
)


@pytest.mark.part("postfix")
@pytest.mark.parametrize("switches", [(), ("-p",), ("-e",)], ids=["pipelining", "none", "HELO"])
def test_a_thousand_arrive(switches: tuple[str, ...], tmp_path: Path, journal: FileJournal) -> None:
    with postfix.sink(tmp_path, *switches) as sink:
        outcomes = send(transport(sink.port, connections=4), journal, 1000)
    assert states(outcomes) == [ACCEPTED] * 1000
    assert len(journal.read().answers) == 1000
    assert b"mesg=1000" in sink.counted


@pytest.mark.part("postfix")
def test_what_arrives_is_what_was_written(tmp_path: Path, journal: FileJournal) -> None:
    tmp_path.chmod(0o777)
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails").chmod(0o777)
    with postfix.sink(tmp_path, "-d", "mails/%M.") as sink:
        send(transport(sink.port, connections=3), journal, 50)
    dumped = [file.read_bytes() for file in (tmp_path / "mails").iterdir()]
    got = sorted(one[one.index(b"From:") :].rstrip(b"\n") for one in dumped)
    assert got == sorted(build(one).replace(b"\r\n", b"\n").rstrip(b"\n") for one in mails(50))


#: what smtp-sink does → what becomes of ten messages; None: the server is unusable
FAULTS = {
    ("-f", "RCPT"): REJECTED,
    ("-r", "RCPT"): DEFERRED,
    ("-r", "MAIL"): DEFERRED,
    ("-f", "DATA"): REJECTED,
    ("-r", "DATA"): DEFERRED,
    ("-f", "."): REJECTED,
    ("-r", "."): DEFERRED,
    ("-f", "MAIL"): None,
    ("-f", "CONNECT"): None,
    ("-q", "CONNECT"): None,
    ("-q", "EHLO"): None,
    ("-q", "MAIL"): None,
    ("-q", "DATA"): None,
    ("-Q", "RCPT"): None,
    ("-A", "0"): REJECTED,
}


@pytest.mark.part("postfix")
@pytest.mark.parametrize("pipelining", [True, False], ids=["pipelining", "none"])
@pytest.mark.parametrize("fault", FAULTS, ids=" ".join)
def test_each_fault_of_the_sink(
    fault: tuple[str, str], pipelining: bool, tmp_path: Path, journal: FileJournal
) -> None:
    """Nobody is taken for mailed, and nothing before the dot is in doubt."""
    switches = fault if pipelining else (*fault, "-p")
    expected = FAULTS[fault]
    told = {}
    with postfix.sink(tmp_path, *switches) as sink:
        smtp = transport(sink.port, connections=2)
        if expected is None:
            with pytest.raises(TransportError):
                told.update((one.subscriber, one) for one in smtp.send("1", mails(10), journal))
        else:
            told = send(smtp, journal, 10)
            assert states(told) == [expected] * 10
    assert {one.state for one in told.values()} <= {expected, DEFERRED}
    read = journal.read()
    assert read.handed <= read.answers.keys()
    assert not sink.counted or b"mesg=0" in sink.counted or fault[1] == "."


@pytest.mark.part("postfix")
def test_hanging_up_over_the_dot_leaves_a_message_a_connection_in_doubt(
    tmp_path: Path, journal: FileJournal
) -> None:
    with postfix.sink(tmp_path, "-q", ".") as sink, pytest.raises(TransportError):
        send(transport(sink.port, connections=2), journal, 30)
    states = [one.state for one in journal.read().answers.values()]
    assert set(states) == {IN_DOUBT}
    assert len(states) <= 2 * STRIKES, "a few times at each of two connections"


@pytest.mark.part("postfix")
def test_closing_instead_of_taking_is_an_answer(tmp_path: Path, journal: FileJournal) -> None:
    with postfix.sink(tmp_path, "-Q", ".") as sink:
        outcomes = send(transport(sink.port, connections=2), journal, 10)
    assert states(outcomes) == [DEFERRED] * 10
    assert {one.code[:3] for one in outcomes.values()} == {"421"}


@pytest.mark.part("postfix-relay")
def test_the_relay_takes_it_by_tls_and_password(
    tmp_path: Path, certificate: Path, journal: FileJournal
) -> None:
    key, pem = b"k" * 32, make()
    with postfix.relay(tmp_path / "relay", certificate) as relay:
        smtp = Smtp(
            server(relay.port, certificate),
            MessageWriter([Signer("s", "example.org", pem)]),
            Limits(connections=5, per_connection=7),
            partial(verp.sender, "bounce@news.example", key=key),
        )
        outcomes = send(smtp, journal, 60)
        got = relay.delivered(60)
        log = relay.log.read_text()
    assert states(outcomes) == [ACCEPTED] * 60
    assert all(one.provider_id for one in outcomes.values()), "Postfix tells its queue's ids"
    mails_ = [message_from_bytes(one, policy=policy.default) for one in got]
    assert sorted(one["X-Original-To"] for one in mails_) == sorted(
        f"reader{number}@example.com" for number in range(1, 61)
    )
    for mail in mails_:
        number = mail["X-Original-To"].removeprefix("reader").partition("@")[0]
        assert verp.read(mail["Return-Path"].strip("<>"), key) == f"1-{number}"
        assert mail["Received"].count("ESMTPSA") == 1, "by TLS, with a password"
    for data in got[:4]:
        whole = data.replace(b"\n", b"\r\n")
        assert dkim.verify(whole, dnsfunc=lambda name, timeout=5: record(pem).encode())
    assert set(re.findall(r"lost connection after (\w+)", log)) <= {"CONNECT"}, "the knocking"


@pytest.mark.part("postfix-relay")
def test_the_relay_refuses_what_it_must(
    tmp_path: Path, certificate: Path, journal: FileJournal
) -> None:
    limits = {
        "message_size_limit": "4000",
        "virtual_mailbox_maps": "regexp:{{/reader[13]@/ all/}}",
    }
    with postfix.relay(tmp_path / "relay", certificate, **limits) as relay:
        smtp = Smtp(server(relay.port, certificate), MessageWriter(), Limits(connections=1))
        outcomes = send(smtp, journal, 4)
        bulky = Smtp(
            server(relay.port, certificate), lambda one: build(one) + b"x\r\n" * 2000, Limits()
        )
        large = send(bulky, journal, 1)
        wrong = replace(server(relay.port, certificate), password="sesame")
        with pytest.raises(TransportError, match="535"):
            send(Smtp(wrong, MessageWriter()), journal, 1)
        got = relay.delivered(2)
        log = relay.log.read_text()
    assert states(outcomes) == [ACCEPTED, REJECTED, ACCEPTED, REJECTED]
    assert outcomes[2].code == "550 5.1.1"
    assert large[1].code.startswith("5.3.4")
    assert len(got) == 2
    assert "5.3.4" not in log, "too large a message is not even tried"


def server(port: int, certificate: Path) -> SmtpServer:
    user, password = postfix.LOGIN
    return SmtpServer(
        host="127.0.0.1",
        port=port,
        username=user,
        password=password,
        envelope_from="bounces@example.org",
        tls=ssl.create_default_context(cafile=str(certificate / "cert.pem")),
    )
