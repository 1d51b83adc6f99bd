"""The way to readiness for mail, as a conversation without a network."""

from base64 import b64encode

import pytest

from digest.deliver.journal import FileJournal
from digest.deliver.transports.smtp_hello import Ask, Features, check, hello
from digest.deliver.transports.smtp_server import SmtpServer
from digest.deliver.transports.smtp_wire import Reply
from digest.errors import TransportError
from tests.deliver.servers import scripted_mail_server
from tests.deliver.smtp import mails, transport


def server(**told: object) -> SmtpServer:
    settings = {"host": "127.0.0.1", "port": 25, "security": "none", "envelope_from": "b@e.org"}
    return SmtpServer(**{**settings, **told})  # type: ignore[arg-type]  # a shorthand for tests


def talk(at: SmtpServer, *replies: tuple[int, str]) -> tuple[list[bytes | Ask], Features]:
    """What is said to ``replies``, and what it leads to."""
    said = []
    conversation = hello(at)
    next(conversation)
    for code, text in replies:
        try:
            said.append(conversation.send(Reply(code, text.encode())))
        except StopIteration as end:
            return said, end.value
    raise AssertionError(f"it wants more replies after {said}")


GREETING = (220, "ready")


def test_what_a_server_offers() -> None:
    _, features = talk(
        server(), GREETING, (250, "mail.example\nPIPELINING\nsize 1000\nAUTH=PLAIN\nauth LOGIN")
    )
    assert features.pipelining
    assert (features.asks_size, features.size) == (True, 1000)
    assert not features.utf8
    assert features.offered["AUTH"] == "PLAIN LOGIN"


@pytest.mark.parametrize(
    ("offered", "replies", "said"),
    [
        ("PLAIN LOGIN CRAM-MD5", [(235, "ok")], [b"AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n"]),
        (
            "CRAM-MD5 LOGIN",
            [(334, "VXNlcm5hbWU6"), (334, "UGFzc3dvcmQ6"), (235, "ok")],
            [b"AUTH LOGIN\r\n", b"dGlt\r\n", b"dGFuc3RhYWZ0YW5zdGFhZg==\r\n"],
        ),
        (
            # RFC 2195 §2
            "CRAM-MD5",
            [(334, "PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+"), (235, "ok")],
            [
                b"AUTH CRAM-MD5\r\n",
                b64encode(b"tim b913a602c7eda7a495b4e6e7334d3890") + b"\r\n",
            ],
        ),
    ],
)
def test_ways_to_log_in(offered: str, replies: list[tuple[int, str]], said: list[bytes]) -> None:
    at = server(username="tim", password="tanstaaftanstaaf")
    told, _ = talk(at, GREETING, (250, f"here\nAUTH {offered}"), *replies)
    assert told[1:] == said


@pytest.mark.parametrize(
    ("told", "replies", "why"),
    [
        ({}, [(554, "go away")], "554"),
        ({}, [GREETING, (421, "busy")], "421"),
        ({"security": "starttls"}, [GREETING, (250, "here")], "STARTTLS"),
        ({"security": "starttls"}, [GREETING, (250, "here\nSTARTTLS"), (454, "no")], "454"),
        ({"username": "tim"}, [GREETING, (250, "here\nAUTH GSSAPI")], "log in"),
        ({"username": "tim"}, [GREETING, (250, "here\nAUTH PLAIN"), (535, "5.7.8 no")], "535"),
        ({"username": "tim"}, [GREETING, (250, "here\nAUTH CRAM-MD5"), (334, "?")], "answered"),
    ],
)
def test_servers_that_cannot_be_used(
    told: dict[str, str], replies: list[tuple[int, str]], why: str
) -> None:
    with pytest.raises(TransportError, match=why):
        talk(server(**told), *replies)


def test_after_starttls_all_is_asked_again() -> None:
    """What was offered in the clear may have been anybody's."""
    said, features = talk(
        server(security="starttls"),
        GREETING,
        (250, "here\nSTARTTLS\nPIPELINING\nSIZE 10"),
        (220, "go"),
        (0, ""),
        (250, "here\nSIZE 20"),
    )
    assert said[1:3] == [b"STARTTLS\r\n", Ask.TLS]
    assert (features.size, features.pipelining) == (20, False)


def test_a_password_is_not_sent_in_the_clear_to_another_machine() -> None:
    with pytest.raises(TransportError, match="unencrypted"):
        check(server(host="mail.example", username="tim"))
    check(server(host="localhost", username="tim"))
    check(server(host="mail.example", username="tim", security="tls"))


def test_what_comes_with_the_word_for_tls_is_not_believed(journal: FileJournal) -> None:
    """CVE-2011-0411: words put in before TLS must not count as said under it."""
    told = "220 go\r\n250-forged\r\n250 AUTH PLAIN"
    script = {"STAR": told}

    with (
        scripted_mail_server(lambda step, *_: script.get(step), "STARTTLS") as asked,
        pytest.raises(TransportError, match="does not answer"),
    ):
        list(transport(asked.port, security="starttls").send("1", mails(1), journal))
    assert [line[:4] for line in asked.heard] == ["EHLO", "STAR"]


def test_a_reply_without_end_is_given_up(journal: FileJournal) -> None:
    endless = "220-" + "x" * 100_000
    with (
        scripted_mail_server(lambda step, *_: endless if step == "greet" else None) as asked,
        pytest.raises(TransportError),
    ):
        list(transport(asked.port, connect_timeout=1).send("1", mails(1), journal))
