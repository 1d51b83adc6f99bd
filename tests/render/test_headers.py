"""Headers on the raw bytes: what goes in comes out, nothing else can get in, lists stay intact."""

import re
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.model import MailHeaders
from digest.render.addresses import AddressError, ascii_address
from digest.render.clean import clean_line
from digest.render.headers import HeaderError, write

PLAIN = MailHeaders(
    from_="The Meridian <news@meridian.example>",
    to_address="reader@example.org",
    to_name="A Reader",
    subject="River towns rebuild",
    date=datetime(2026, 11, 24, 6, 0, tzinfo=UTC),
    message_id="7.1001@meridian.example",
    reply_to="Letters <letters@meridian.example>",
    list_id="world-morning.meridian.example",
    leave_url="https://news.meridian.example/u/abcdefghij0123456789AB",
    feedback_id="7:world-morning:all:meridian",
    extra=(("X-Entity-Ref-ID", "7"),),
)
LONG_LEAVE = "https://n.example/u/".ljust(72, "a")


def parsed(headers: MailHeaders) -> dict[str, str]:
    raw = write(headers)
    message = message_from_bytes(raw + b"\r\n", policy=policy.default)
    assert not message.defects
    return {name: str(value) for name, value in message.items()}


def test_all_fields_of_a_list_message() -> None:
    assert parsed(PLAIN) == {
        "From": "The Meridian <news@meridian.example>",
        "To": "A Reader <reader@example.org>",
        "Reply-To": "Letters <letters@meridian.example>",
        "Subject": "River towns rebuild",
        "Date": "Tue, 24 Nov 2026 06:00:00 +0000",
        "Message-ID": "<7.1001@meridian.example>",
        "List-Id": "<world-morning.meridian.example>",
        "List-Unsubscribe": f"<{PLAIN.leave_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Precedence": "bulk",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        "Feedback-ID": "7:world-morning:all:meridian",
        "X-Entity-Ref-ID": "7",
    }


def test_a_letter_is_auto_submitted_and_of_no_list() -> None:
    letter = replace(PLAIN, list_id="", leave_url="", feedback_id="", auto_submitted=True, extra=())
    names = set(parsed(letter))
    assert "Auto-Submitted" in names
    assert not names & {"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Precedence"}


def test_the_leave_link_is_neither_folded_nor_encoded() -> None:
    raw = write(replace(PLAIN, leave_url=LONG_LEAVE))
    assert f"\r\nList-Unsubscribe: <{LONG_LEAVE}>\r\n".encode() in raw


@pytest.mark.parametrize(
    "url",
    [
        LONG_LEAVE + "a",
        "http://news.example/u/x",
        "mailto:leave@news.example",
        "https://news.example/u/x>, <mailto:x@y.example",
        "https://news.example/\r\nBcc: x",
        "https://näws.example/u/x",
    ],
)
def test_a_bad_leave_link_is_refused(url: str) -> None:
    with pytest.raises(HeaderError) as raised:
        write(replace(PLAIN, leave_url=url))
    assert url not in str(raised.value)


def test_a_mailto_stands_behind_the_leave_link_on_a_line_of_its_own() -> None:
    mailto = "mailto:leave@news.meridian.example?subject=abcdefghij0123456789AB"
    raw = write(replace(PLAIN, leave_url=LONG_LEAVE, leave_mailto=mailto))
    assert f"\r\nList-Unsubscribe: <{LONG_LEAVE}>,\r\n <{mailto}>\r\n".encode() in raw
    told = parsed(replace(PLAIN, leave_url=LONG_LEAVE, leave_mailto=mailto))
    assert told["List-Unsubscribe"] == f"<{LONG_LEAVE}>, <{mailto}>"
    assert told["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    "mailto",
    [
        "mailto:" + "a@b.example".rjust(66, "a"),
        "leave@news.example",
        "https://news.example/",
        "mailto:leave@news.example?subject=a b",
        "mailto:leave@news.example>,<mailto:x@y.example",
        "mailto:leave@news.example\r\nBcc: x",
        "mailto:jörg@news.example",
    ],
)
def test_a_bad_mailto_is_refused(mailto: str) -> None:
    with pytest.raises(HeaderError) as raised:
        write(replace(PLAIN, leave_mailto=mailto))
    assert mailto not in str(raised.value)


@pytest.mark.parametrize(("given", "told"), [("bulk", "bulk"), ("list", "list"), ("", None)])
def test_precedence_is_as_set(given: str, told: str | None) -> None:
    fields = parsed(replace(PLAIN, precedence=given))
    assert fields.get("Precedence") == told
    assert "X-Auto-Response-Suppress" in fields


def test_plain_http_is_for_loopback_only() -> None:
    assert b"<http://127.0.0.1:8000/u/x>" in write(
        replace(PLAIN, leave_url="http://127.0.0.1:8000/u/x")
    )


@settings(max_examples=120, deadline=None)
@given(st.text(max_size=400), st.text(max_size=200))
def test_any_subject_and_name(subject: str, name: str) -> None:
    headers = replace(PLAIN, subject=f"s{subject}", to_name=name)
    raw = write(headers)
    lines = raw.split(b"\r\n")
    assert raw.isascii()
    assert b"\x00" not in raw
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    assert all(len(line) <= 998 for line in lines)
    fields = parsed(headers)
    assert fields["Subject"] == clean_line(f"s{subject}", 250)
    assert set(fields) == set(parsed(PLAIN))
    # the old parser: the new one (3.11) keeps the space between two encoded words of a name
    to = message_from_bytes(raw + b"\r\n")["To"]
    shown, address = parseaddr(to)
    assert str(make_header(decode_header(shown))) == clean_line(name, 120)
    assert address == "reader@example.org"


def test_lines_are_folded_at_78() -> None:
    headers = replace(
        PLAIN,
        subject="The council votes on the flood line " * 6,
        from_='"Newsroom, of the Meridian and all its many editions in the whole wide world" '
        "<news@meridian.example>",
        to_name="मानसून की देरी से किसान चिंतित " * 3,
    )
    assert max(map(len, write(headers).split(b"\r\n"))) <= 78
    assert parsed(headers)["Subject"] == clean_line(headers.subject, 250)


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("reader@example.org", "reader@example.org"),
        ("reader@bücher.example", "reader@xn--bcher-kva.example"),
        ("Reader@EXAMPLE.org", "Reader@example.org"),
        ("two..dots@example.org", '"two..dots"@example.org'),
    ],
)
def test_addresses_that_can_be_written(address: str, written: str) -> None:
    assert ascii_address(address) == written


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("jörg@example.org", "eai_unsupported"),
        ("reader", "bad_address"),
        ("@example.org", "bad_address"),
        ("reader@", "bad_address"),
        ("a b@example.org", "bad_address"),
        ("a@example.org\r\nBcc: x@example.org", "bad_address"),
        ("a\x00@example.org", "bad_address"),
        ("<a@example.org>", "bad_address"),
        ("a@exa mple.org", "bad_address"),
        ("a@-.example", "bad_address"),
        ("a@xn--.example", "bad_address"),
        ("a@b_c.example", "bad_address"),
        (f"{'a' * 65}@example.org", "bad_address"),
    ],
)
def test_addresses_that_cannot(address: str, reason: str) -> None:
    with pytest.raises(AddressError) as raised:
        write(replace(PLAIN, to_address=address))
    assert raised.value.reason == reason
    assert address not in str(raised.value)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=30), st.sampled_from(["example.org", "bücher.example", "उदाहरण.example"]))
def test_with_smtputf8_any_script_stands_before_the_at(local: str, domain: str) -> None:
    """Refused as unclean, or written so that the standard library reads the same back."""
    headers = replace(PLAIN, to_address=f"{local}@{domain}")
    raw = b""
    with suppress(AddressError):
        raw = write(headers, utf8=True)
    if not raw:
        with pytest.raises(AddressError, match="bad_address"):
            write(headers, utf8=True)
        return
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    assert raw.replace(local.strip().encode(), b"").isascii()
    (to,) = message_from_bytes(raw + b"\r\n", policy=policy.SMTPUTF8)["To"].addresses
    # the standard library keeps the octets apart
    assert to.username.encode("utf-8", "surrogateescape").decode() == local.strip()
    if local.strip().isascii():
        assert write(headers) == raw
    else:
        with pytest.raises(AddressError) as raised:
            write(headers)
        assert raised.value.reason == "eai_unsupported"


@pytest.mark.parametrize(
    "change",
    [
        {"message_id": "a b@x"},
        {"message_id": "x"},
        {"message_id": "a@b>\r\nBcc: c"},
        {"list_id": "a b"},
        {"feedback_id": "a b"},
        {"precedence": "bulk\r\nBcc: c"},
        {"extra": (("To", "x@example.org"),)},
        {"extra": (("DKIM-Signature", "x"),)},
        {"extra": (("X-A: b\r\nBcc", "x"),)},
    ],
)
def test_what_is_no_clean_header_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(HeaderError):
        write(replace(PLAIN, **change))  # type: ignore[arg-type]
