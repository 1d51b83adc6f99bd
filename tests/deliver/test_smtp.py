"""SMTP against aiosmtpd: what arrives, what is refused, TLS and logging in."""

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.journal import FileJournal
from digest.deliver.transports.smtp_server import SmtpServer
from digest.deliver.writer import MessageWriter
from digest.errors import TransportError
from digest.model import Fragment, Token
from tests.deliver.newsroom import message, rendered
from tests.deliver.servers import mail_server
from tests.deliver.smtp import ACCEPTED, DEFERRED, REJECTED, mails, send, states, transport


def test_an_address_in_any_script_where_the_server_takes_it(journal: FileJournal) -> None:
    messages = [message(1, address="jörg@bücher.example"), message(2)]
    with mail_server(enable_SMTPUTF8=True) as server:
        outcomes = list(transport(server.port).send("1.1.1", messages, journal))
    assert [one.state for one in outcomes] == [ACCEPTED, ACCEPTED]
    assert [to for _, to, _ in server.received] == [
        "jörg@xn--bcher-kva.example",
        "reader2@example.com",
    ]
    raw = server.received[0][2]
    assert "To: Reader 1 <jörg@xn--bcher-kva.example>\r\n".encode() in raw
    read = message_from_bytes(raw, policy=policy.default)
    assert str(read["To"]) == "Reader 1 <jörg@xn--bcher-kva.example>"
    assert server.received[1][2].isascii()


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


def test_ten_minutes_are_waited_by_default() -> None:
    server = SmtpServer(host="h", port=25, envelope_from="b@example.org")
    assert server.final_timeout >= 600
    assert server.connect_timeout == 30


def test_a_fault_of_the_journal_stops_the_send(tmp_path: Path) -> None:
    class Full(FileJournal):
        def handing_over(self, subscribers: object) -> None:
            raise OSError("no space left on device")

    with mail_server() as server, Full.open(tmp_path, "1.1.1") as journal:
        with pytest.raises(OSError, match="no space"):
            send(transport(server.port, connections=3), journal, 100)
        assert server.received == []


# --- TLS and logging in ---------------------------------------------------------------------


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
