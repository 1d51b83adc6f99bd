"""SMTP against aiosmtpd, a scripted server that misbehaves at each step, and Postfix's sink."""

import os
import re
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.journal import FileJournal
from digest.deliver.transports.smtp import Smtp
from digest.deliver.transports.smtp_run import STRIKES
from digest.deliver.transports.smtp_server import Limits, SmtpServer
from digest.deliver.writer import MessageWriter
from digest.errors import TransportError
from digest.model import DeliveryState, Fragment, Message, Outcome, Token
from tests.deliver.newsroom import message, rendered
from tests.deliver.servers import (
    HANG_UP,
    SILENCE,
    mail_server,
    scripted_mail_server,
)
from tests.parts import smtp_sink

ACCEPTED, REJECTED = DeliveryState.ACCEPTED, DeliveryState.REJECTED
DEFERRED, IN_DOUBT = DeliveryState.DEFERRED, DeliveryState.IN_DOUBT


def transport(
    port: int,
    connections: int = 1,
    write: Callable[[Message], bytes] | None = None,
    **settings: object,
) -> Smtp:
    told: dict[str, object] = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "envelope_from": "bounces@example.org",
        "connect_timeout": 3,
        "command_timeout": 3,
        "final_timeout": 3,
        **settings,
    }
    server = SmtpServer(**told)  # type: ignore[arg-type]  # a shorthand for tests
    return Smtp(server, write or MessageWriter(), Limits(connections=connections))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[FileJournal]:
    with FileJournal.open(tmp_path, "1.1.1") as made:
        yield made


def mails(count: int) -> list[Message]:
    return [message(number) for number in range(1, count + 1)]


def send(smtp: Smtp, journal: FileJournal, count: int = 3) -> dict[int, Outcome]:
    return {one.subscriber: one for one in smtp.send("1.1.1", mails(count), journal)}


def states(outcomes: dict[int, Outcome]) -> list[DeliveryState]:
    return [outcomes[number].state for number in sorted(outcomes)]


def test_the_bytes_arrive_as_they_were_built(journal: FileJournal) -> None:
    with mail_server() as server:
        outcomes = send(transport(server.port), journal, 20)
    write = MessageWriter()
    assert [data for _, _, data in server.received] == [write(one) for one in mails(20)]
    assert {sender for sender, _, _ in server.received} == {"bounces@example.org"}
    assert (outcomes[1].code, outcomes[1].provider_id) == ("250 2.0.0", "Q00001")


def test_lines_that_begin_with_dots_arrive_whole(journal: FileJournal) -> None:
    with mail_server() as server:
        send(transport(server.port), journal, 1)
    mail = message_from_bytes(server.received[0][2], policy=policy.default)
    text = mail.get_body(("plain",))
    assert text is not None
    assert text.get_content().startswith(".\r\n..\r\nStory")


@given(st.lists(st.text(alphabet=".\r\n =Fromé", max_size=200), max_size=4), st.booleans())
def test_no_line_that_we_write_begins_with_a_dot(texts: list[str], other: bool) -> None:
    """Encoding sees to it, once for each fragment: so sending has no dots to double."""
    pieces = tuple(one + "यह" * 100 * other for one in texts)
    variant = replace(rendered("v"), fragments=tuple(Fragment((one,), (one,)) for one in pieces))
    tokens = {**message(1).tokens, Token.NAME: texts[0] if texts else ""}
    data = MessageWriter()(replace(message(1, variant), tokens=tokens))
    assert not re.search(rb"(?m)^\.", data)
    assert data.endswith(b"\r\n")


def test_several_messages_share_a_connection(journal: FileJournal) -> None:
    with mail_server() as server:
        send(transport(server.port), journal, 50)
        assert len(server.sessions) == 1
        send(transport(server.port, connections=4), journal, 100)
        assert 2 <= len(server.sessions) - 1 <= 4


def test_refusals_are_of_one_reader_and_tell_no_address(journal: FileJournal) -> None:
    refusals = {
        "reader1@example.com": "550 5.1.1 <reader1@example.com>: no such user",
        "reader2@example.com": "451 4.7.1 greylisted, reader2@example.com",
        "reader3@example.com": "552 too much mail",
    }
    late = {"reader4@example.com": "554 5.7.1 spam", "reader5@example.com": "452 4.3.1 disk full"}
    with mail_server(rcpt=refusals, data=late) as server:
        outcomes = send(transport(server.port), journal, 6)
    assert states(outcomes) == [REJECTED, DEFERRED, REJECTED, REJECTED, DEFERRED, ACCEPTED]
    assert [outcomes[number].code for number in range(1, 6)] == [
        "550 5.1.1",
        "451 4.7.1",
        "552",
        "554 5.7.1",
        "452 4.3.1",
    ]
    assert [address for _, address, _ in server.received] == ["reader6@example.com"]
    # Refused before the final dot: there was nothing to journal.
    assert journal.read().handed == {4, 5, 6}


def test_a_refusal_stands_even_if_the_server_hangs_up_over_it(journal: FileJournal) -> None:
    def rude(step: str, connection: int, number: int) -> str | None:
        if step == "RCPT" and number == 1:
            return "550 5.1.1 no"
        return HANG_UP if step == "RSET" else None

    with scripted_mail_server(rude) as server:
        outcomes = send(transport(server.port), journal, 2)
    assert states(outcomes) == [REJECTED, ACCEPTED]


Script = Callable[[str, int, int], str | None]


def once(step: str, what: str, *, message: int = 2) -> Script:
    """Do ``what`` when the ``message``-th transaction first comes to ``step``."""
    done: list[bool] = []

    def script(now: str, connection: int, number: int) -> str | None:
        if now == step and number == message and not done:
            done.append(True)
            return what
        return None

    return script


@pytest.mark.parametrize(
    ("step", "what"),
    [
        *[(step, HANG_UP) for step in ("MAIL", "RCPT", "DATA")],
        *[(step, "421 4.3.2 closing") for step in ("MAIL", "RCPT", "DATA")],
    ],
)
def test_a_connection_lost_before_the_dot_is_taken_up_again(
    step: str, what: str, journal: FileJournal
) -> None:
    with scripted_mail_server(once(step, what)) as server:
        outcomes = send(transport(server.port), journal)
    assert states(outcomes) == [ACCEPTED] * 3
    assert server.connections == 2
    assert sorted(server.accepted) == [f"reader{n}@example.com" for n in (1, 2, 3)]


def test_a_connection_lost_in_the_body_is_taken_up_again(journal: FileJournal) -> None:
    # Larger than what the system buffers, so that we notice before the final dot.
    body = b"Subject: long\r\n\r\n" + b"x" * 70 * 300_000 + b"\r\n"
    with scripted_mail_server(once("body", HANG_UP, message=1)) as server:
        outcomes = send(transport(server.port, write=lambda _: body), journal, 1)
    assert states(outcomes) == [ACCEPTED]
    assert server.connections == 2


def test_a_connection_lost_after_the_dot_leaves_one_message_in_doubt(journal: FileJournal) -> None:
    with scripted_mail_server(once("dot", HANG_UP)) as server:
        outcomes = send(transport(server.port), journal)
    assert states(outcomes) == [ACCEPTED, IN_DOUBT, ACCEPTED]
    assert server.messages == 3, "the doubtful one was not sent again"
    assert journal.read().answers[2].state is IN_DOUBT


def test_silence_after_the_dot_is_waited_out_and_doubtful(journal: FileJournal) -> None:
    with scripted_mail_server(once("dot", SILENCE)) as server:
        started = time.monotonic()
        outcomes = send(transport(server.port, final_timeout=0.5), journal)
        assert 0.5 <= time.monotonic() - started < 3
    assert states(outcomes) == [ACCEPTED, IN_DOUBT, ACCEPTED]


def test_a_slow_answer_to_the_dot_is_an_answer(journal: FileJournal) -> None:
    def slow(step: str, connection: int, number: int) -> None:
        if step == "dot":
            time.sleep(0.15)

    with scripted_mail_server(slow) as server:
        outcomes = send(transport(server.port, command_timeout=0.1), journal, 1)
    assert states(outcomes) == [ACCEPTED]


def test_ten_minutes_are_waited_by_default() -> None:
    server = SmtpServer(host="h", port=25, envelope_from="b@example.org")
    assert server.final_timeout >= 600
    assert server.connect_timeout == 30


def test_silence_before_the_dot_means_not_sent(journal: FileJournal) -> None:
    def mute(step: str, connection: int, number: int) -> str | None:
        return SILENCE if step == "RCPT" else None

    with scripted_mail_server(mute) as server:
        outcomes = send(transport(server.port, command_timeout=0.2), journal, 1)
    assert states(outcomes) == [DEFERRED]
    assert journal.read().handed == frozenset()


def test_a_server_that_keeps_hanging_up_is_left_alone(journal: FileJournal) -> None:
    def never(step: str, connection: int, number: int) -> str | None:
        return HANG_UP if step == "dot" else None

    with scripted_mail_server(never) as server, pytest.raises(TransportError, match="hanging up"):
        send(transport(server.port), journal, 20)
    read = journal.read()
    assert len(read.handed) == STRIKES
    assert [one.state for one in read.answers.values()] == [IN_DOUBT] * STRIKES


@pytest.mark.parametrize(
    ("step", "reply"),
    [("greet", "554 go away"), ("greet", HANG_UP), ("MAIL", "550 5.7.1 not from you")],
)
def test_a_server_that_takes_nothing_from_us_is_unusable(
    step: str, reply: str, journal: FileJournal
) -> None:
    with (
        scripted_mail_server(lambda now, *_: reply if now == step else None) as server,
        pytest.raises(TransportError),
    ):
        send(transport(server.port, connections=3), journal, 100)
    assert journal.read().handed == frozenset()


def test_one_connection_too_many_is_no_harm(journal: FileJournal) -> None:
    """A server that allows one connection at a time still gets all the mail."""

    def only_one(step: str, connection: int, number: int) -> str | None:
        return "421 too many" if step == "greet" and connection > 1 else None

    with scripted_mail_server(only_one) as server:
        outcomes = send(transport(server.port, connections=4), journal, 100)
    assert states(outcomes) == [ACCEPTED] * 100
    assert len(set(server.accepted)) == len(server.accepted) == 100


def test_a_fault_of_the_journal_stops_the_send(tmp_path: Path) -> None:
    class Full(FileJournal):
        def handing_over(self, subscribers: object) -> None:
            raise OSError("no space left on device")

    with mail_server() as server, Full.open(tmp_path, "1.1.1") as journal:
        with pytest.raises(OSError, match="no space"):
            send(transport(server.port, connections=3), journal, 100)
        assert server.received == []


# --- TLS and logging in ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that nobody but us trusts, with its key."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-keyout", folder / "key.pem", "-out", folder / "cert.pem"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    return folder


def ours(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    return context


def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate / "cert.pem"))


@contextmanager
def logged_in(certificate: Path) -> Iterator[int]:
    """A server with STARTTLS that takes mail from ``desk`` / ``open sesame`` only."""

    def check(server: object, session: object, envelope: object, how: str, data: object) -> object:
        login = getattr(data, "login", b""), getattr(data, "password", b"")
        return AuthResult(success=login == (b"desk", b"open sesame"), handled=False)

    with mail_server(
        tls_context=ours(certificate),
        require_starttls=True,
        authenticator=check,
        auth_required=True,
    ) as server:
        yield server.port


def test_starttls_and_a_password(certificate: Path, journal: FileJournal) -> None:
    with logged_in(certificate) as port:
        smtp = transport(
            port,
            security="starttls",
            tls=trusting(certificate),
            username="desk",
            password="open sesame",
        )
        assert states(send(smtp, journal)) == [ACCEPTED] * 3


def test_a_wrong_password_is_tried_once(certificate: Path, journal: FileJournal) -> None:
    with logged_in(certificate) as port:
        smtp = transport(
            port,
            4,
            security="starttls",
            tls=trusting(certificate),
            username="desk",
            password="sesame",
        )
        with pytest.raises(TransportError, match="535") as caught:
            send(smtp, journal, 100)
    assert "sesame" not in str(caught.value)
    assert journal.read().handed == frozenset()


def test_a_certificate_that_nobody_vouches_for_is_refused(
    certificate: Path, journal: FileJournal
) -> None:
    with logged_in(certificate) as port, pytest.raises(TransportError, match="TLS"):
        send(transport(port, security="starttls"), journal)


def test_no_starttls_no_mail(journal: FileJournal) -> None:
    with mail_server() as server, pytest.raises(TransportError, match="STARTTLS"):
        send(transport(server.port, security="starttls"), journal)
    assert server.received == []


def test_a_password_never_travels_in_the_clear(journal: FileJournal) -> None:
    smtp = transport(25, host="192.0.2.1", username="desk", password="open sesame")
    with pytest.raises(TransportError, match="unencrypted"):
        send(smtp, journal)


def test_tls_from_the_first_byte(certificate: Path, journal: FileJournal) -> None:
    with mail_server(ssl_context=ours(certificate)) as server:
        smtp = transport(server.port, security="tls", tls=trusting(certificate))
        assert states(send(smtp, journal)) == [ACCEPTED] * 3


# --- Postfix's test server ---------------------------------------------------------------------


@pytest.mark.part("postfix")
def test_postfix_receives_a_thousand(tmp_path: Path, journal: FileJournal) -> None:
    program = smtp_sink()
    assert program is not None
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    # A super-user's sink must be told whom to become.
    become = ["-u", "nobody"] if os.geteuid() == 0 else []
    with subprocess.Popen(
        [program, *become, "-c", f"127.0.0.1:{port}", "50"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=tmp_path,
    ) as sink:
        try:
            _wait_for(port, sink)
            outcomes = send(transport(port, connections=4), journal, 1000)
        finally:
            sink.terminate()
            counted, _ = sink.communicate(timeout=10)
    assert states(outcomes) == [ACCEPTED] * 1000
    assert len(journal.read().answers) == 1000
    assert b"mesg=1000" in counted


def _wait_for(port: int, sink: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and sink.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("smtp-sink did not start")


def test_threads_are_gone_afterwards(journal: FileJournal) -> None:
    before = threading.active_count()
    with scripted_mail_server(lambda *_: None) as server:
        answers = transport(server.port, connections=4).send("1.1.1", mails(200), journal)
        next(answers)
        answers.close()  # type: ignore[attr-defined]  # a generator
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() == before
