"""The header block as written, and the message as it reads back."""

from dataclasses import replace

import pytest

from tests.preflight.mails import STANDARD, good, kinds, said
from tests.render.issue import TOKENS

LEAVE = next(iter(TOKENS.values())).encode()
POST = b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
MAILTO = b"<mailto:leave@meridian.example?subject=abc>"

SPOILT = [
    (b"From: ", b"X-From: ", "From is missing"),
    (b"Message-ID: ", b"X-Id: ", "Message-ID is missing"),
    (b"MIME-Version: ", b"X-Mime: ", "MIME-Version is missing"),
    (POST, b"", "List-Unsubscribe-Post is missing"),
    (POST, POST * 2, "list-unsubscribe-post stands there 2 times"),
    (POST, POST.replace(b"One", b"Two"), "it must say List-Unsubscribe=One-Click"),
    (b"<" + LEAVE + b">", b"<mailto:leave@meridian.example>", "exactly one https"),
    (b"<" + LEAVE + b">", b"<" + LEAVE.replace(b"https", b"http") + b">", "exactly one https"),
    (b"<" + LEAVE + b">", b"<" + LEAVE + b">, <" + LEAVE + b">", "exactly one https"),
    (b"List-Unsubscribe: <", b"List-Unsubscribe:\r\n <", "folded"),
    (b"<" + LEAVE + b">", b"<" + LEAVE + b">,\r\n <ftp://x.example>", "only a mailto"),
    (b"<" + LEAVE + b">", MAILTO + b", <" + LEAVE + b">", "must stand first"),
    (b"Precedence: bulk", b"Precedence: junk", "bulk, list or nothing"),
    (b"<world-morning.", b"<world morning.", "dotted name"),
    (b"Subject: ", "Subject: Zoë ".encode(), "not encoded"),
    (b"Subject: ", b"Subject: " + b"x" * 1000, "998"),
    (b"Precedence: bulk\r\n", b"Precedence: bulk\n", "CRLF"),
    (b"Date: ", b"Date: yesterday, ", "Date"),
    (b"To: ", b"To: <<>, ", "To: "),
    (b"--\r\n", b"\r\n", "CloseBoundaryNotFound"),
    (b"Content-Type: text/plain", b"Content-Type: text/html", "no part is text/plain"),
]


@pytest.mark.parametrize(("old", "new", "why"), SPOILT)
def test_a_message_at_fault(old: bytes, new: bytes, why: str) -> None:
    raw = good().raw
    assert old in raw
    # the closing boundary is the last one
    spoilt = new.join(raw.rsplit(old, 1)) if old == b"--\r\n" else raw.replace(old, new, 1)
    found = said(replace(good(), raw=spoilt))
    assert kinds(found) == {("headers", "block")}
    assert any(why in finding.why for finding in found), found


def test_a_long_leave_address_is_told() -> None:
    raw = good().raw.replace(b"<" + LEAVE + b">", b"<" + LEAVE + b"x" * 40 + b">")
    assert kinds(said(replace(good(), raw=raw))) == {("headers", "warn")}


def test_a_mailto_may_stand_behind_the_leave_address() -> None:
    for gap in (b", ", b",\r\n "):
        raw = good().raw.replace(b"<" + LEAVE + b">", b"<" + LEAVE + b">" + gap + MAILTO)
        assert said(replace(good(), raw=raw)) == []
    long = raw.replace(b"subject=", b"subject=" + b"x" * 40)
    assert kinds(said(replace(good(), raw=long))) == {("headers", "warn")}


def test_plain_http_to_this_machine_on_a_trial() -> None:
    raw = good().raw.replace(b"<" + LEAVE + b">", b"<http://127.0.0.1:8000/u/x>")
    spoilt = replace(good(), raw=raw)
    assert kinds(said(spoilt)) == {("headers", "block")}
    trial = replace(STANDARD, live_hosts=(*STANDARD.live_hosts, "127.0.0.1"))
    assert said(spoilt, trial) == []


def test_a_message_that_cannot_be_built() -> None:
    (found,) = said(replace(good(), raw=b"", unbuilt="72 characters are allowed"))
    assert (found.check, found.level) == ("headers", "block")
    assert "72 characters" in found.why
