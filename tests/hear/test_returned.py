"""What a mail that came back says: real ones, made ones, broken ones."""

import random
import re
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from digest.deliver import verp
from digest.deliver.returns.returned import LARGEST, UNKNOWN, What, read
from digest.deliver.severity import is_hard, numbers
from digest.model import EventKind
from tests.hear.house import MARKS
from tests.hear.mails import arf, dsn, mark, plain
from tests.parts import SHARED_DATA

CORPUS = SHARED_DATA / "bounces" / "sisimai" / "maildir" / "bsd"
REF = "12-345"
_ID = re.compile(rb"(?im)^[ \t>|]*message-id:\s*<?([^\s<>]{3,200})>?")


@pytest.fixture(scope="module")
def corpus() -> list[Path]:
    return sorted(CORPUS.glob("*.eml"))


@pytest.mark.part("shared-data")
def test_real_mails_are_understood(corpus: list[Path]) -> None:
    """Of 606 real bounces at least 94 in 100 are told as such, vacations never."""
    told: dict[str, Counter[str]] = {}
    for file in corpus:
        found = read(file.read_bytes(), MARKS)
        what = found.kind.value if found.kind else found.what.value
        told.setdefault(file.name.partition("-")[0], Counter())[what] += 1
    assert told["rfc3834"] == {"automatic": 6}
    # The rest are authentication reports, which are no wish of a reader's, and one to leave.
    assert told["arf"] == {"complaint": 12, "unsubscribe": 1, "automatic": 4}
    bounces = told["rfc3464"] + told["lhost"] + told["rhost"]
    missed = bounces["unknown"] + bounces["automatic"]
    assert bounces.total() == 606
    assert missed <= 0.06 * 606
    # Dead addresses, full mailboxes and refusals by policy are told apart.
    assert bounces["hard_bounce"] >= 330
    assert bounces["soft_bounce"] >= 200


@pytest.mark.part("shared-data")
def test_real_mails_are_known_by_our_marks(corpus: list[Path]) -> None:
    """Sent to a marked address every bounce is known; by its Message-ID wherever that is quoted."""
    ours = mark(REF).encode()
    by_id = by_address = quoting = bounces = 0
    for file in corpus:
        if file.name.startswith(("rfc3834", "arf-18", "arf-19", "arf-20", "arf-26")):
            continue
        bounces += 1
        raw = file.read_bytes()
        sent = b"X-Original-To: bounce+" + ours.upper() + b"@example.org\n" + raw
        by_address += read(sent, MARKS).refs == (REF,)
        # The last Message-ID in a mail is the one that it quotes; where there is but one it is
        # the bounce's own.
        ids = _ID.findall(raw)
        if len(ids) > 1:
            quoting += 1
            quoted = raw.replace(ids[-1], ours + b"@example.org")
            by_id += read(quoted, MARKS).refs == (REF,)
    print(f"{bounces} mails: {by_address} known by address, {by_id} of {quoting} by Message-ID")
    assert by_address == bounces == 619
    assert quoting >= 0.8 * bounces
    assert by_id >= 0.98 * quoting


@pytest.mark.part("shared-data")
def test_a_marked_address_makes_any_words_a_report(corpus: list[Path]) -> None:
    """What a parser does not know is a soft bounce then: time and again it counts."""
    unknown = 0
    for file in corpus:
        raw = b"X-Original-To: bounce+" + mark(REF).encode() + b"@example.org\n" + file.read_bytes()
        unknown += read(raw, MARKS).what is What.UNKNOWN
    assert unknown == 0


@pytest.mark.part("shared-data")
def test_broken_mails_break_nothing(corpus: list[Path]) -> None:
    """Truncated, with flipped bits, spliced: each is something, and none takes long."""
    dice = random.Random(20261124)
    raws = [file.read_bytes() for file in dice.sample(corpus, 120)]
    slowest = 0.0
    for raw in raws:
        hurt = bytearray(raw)
        for _ in range(dice.randint(1, 40)):
            hurt[dice.randrange(len(hurt))] = dice.randrange(256)
        other = dice.choice(raws)
        for one in (
            raw[: dice.randrange(len(raw))],
            bytes(hurt),
            raw[: dice.randrange(len(raw))] + other[dice.randrange(len(other)) :],
            raw.replace(b"\n", b"\r\n"),
            raw.replace(b"\n", b"\r"),
        ):
            start = time.process_time()
            read(one, MARKS)
            slowest = max(slowest, time.process_time() - start)
    assert slowest < 2


@examples(max_examples=100, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes_are_a_mail(raw: bytes) -> None:
    assert isinstance(read(raw, MARKS).what, What)


HOSTILE = {
    "nested": b"Content-Type: multipart/mixed; boundary=a\n\n"
    + b"".join(
        b"--%s\nContent-Type: multipart/mixed; boundary=%s\n\n" % (b"a" * n, b"a" * (n + 1))
        for n in range(1, 400)
    ),
    "mails in mails": b"Content-Type: message/rfc822\n\n" * 5000,
    "many parts": b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n\nx\n" * 20_000,
    "many headers": b"X-Failed-Recipients: a@b\n" * 20_000 + b"\n",
    "long header": b"Subject: " + b"a" * 500_000 + b"\n\n",
    "long line": b"From: MAILER-DAEMON@x\n\n" + b"5.1.1 " * 80_000,
    "many tokens": b"From: MAILER-DAEMON@x\n\n"
    + mark(REF).encode()
    + b" 1-2-aaaaaaaaaaaa" * 20_000,
    "spaces": b"From: MAILER-DAEMON@x\n\n" + b" " * 500_000 + b"x",
    "at signs": b"From: MAILER-DAEMON@x\n\n<" + b"a@" * 200_000,
    "numbers": b"From: MAILER-DAEMON@x\n\n" + b"1" * 500_000,
    "unknown charset": b'Content-Type: text/plain; charset="\xff"\nSubject: =?x?q?=\n\n\xff',
    "broken base64": b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n====!",
    "nothing": b"",
    "huge": b"\n" * (LARGEST * 4),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mails_take_no_time(name: str) -> None:
    start = time.process_time()
    found = read(HOSTILE[name], MARKS)
    assert time.process_time() - start < 5
    assert found.what in What
    if name == "many tokens":
        assert found.refs == (REF,)


def test_a_bounce_is_known_by_its_address_first() -> None:
    raw = dsn(to=f"bounce+{mark('1-2')}@example.org", message_id=f"{mark('3-4')}@example.org")
    found = read(raw, MARKS)
    assert (found.what, found.kind, found.code) == (
        What.REPORT,
        EventKind.HARD_BOUNCE,
        "550 5.1.1",
    )
    assert found.refs == ("1-2", "3-4")
    assert found.about == ("reader@example.com",)


def test_marks_of_a_former_key_are_read_and_foreign_ones_not() -> None:
    former = MARKS.keys[1]
    assert read(dsn(message_id=f"{verp.write('7-8', former)}@x"), MARKS).refs == ("7-8",)
    assert read(dsn(message_id=f"{verp.write('7-8', b'z' * 32)}@x"), MARKS).refs == ()


@pytest.mark.parametrize(
    ("action", "status", "diagnostic", "kind", "code"),
    [
        ("failed", "5.1.1", "smtp; 550 no", EventKind.HARD_BOUNCE, "550 5.1.1"),
        ("failed", "5.0.0", "smtp; 550 5.1.1 no", EventKind.HARD_BOUNCE, "550 5.1.1"),
        ("failed", "5.2.2", "smtp; 552 full", EventKind.SOFT_BOUNCE, "552 5.2.2"),
        ("failed", "5.7.1", "smtp; 554 spam", EventKind.SOFT_BOUNCE, "554 5.7.1"),
        ("failed", "5.0.0", "smtp; 552 5.2.2 full", EventKind.SOFT_BOUNCE, "552 5.2.2"),
        ("failed", "4.4.7", "smtp; too long", EventKind.SOFT_BOUNCE, "4.4.7"),
        ("failed", "5.1.8", "smtp; 550 your domain", EventKind.SOFT_BOUNCE, "550 5.1.8"),
        ("failed", "", "x", EventKind.HARD_BOUNCE, ""),
        ("delayed", "4.4.1", "smtp; 421 busy", EventKind.DEFERRED, "421 4.4.1"),
        ("Delivered (to mailbox)", "2.1.5", "", EventKind.DELIVERED, "2.1.5"),
        ("relayed", "2.0.0", "", EventKind.DELIVERED, "2.0.0"),
        ("", "5.1.1", "", EventKind.HARD_BOUNCE, "5.1.1"),
    ],
)
def test_status_notifications(
    action: str, status: str, diagnostic: str, kind: EventKind, code: str
) -> None:
    found = read(dsn(action=action, status=status, diagnostic=diagnostic), MARKS)
    assert (found.kind, found.code) == (kind, code)


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("abuse", EventKind.COMPLAINT),
        ("Fraud", EventKind.COMPLAINT),
        ("opt-out", EventKind.UNSUBSCRIBE),
        ("not-spam", None),
        ("auth-failure", None),
        ("", None),
    ],
)
def test_feedback_reports(kind: str, what: EventKind | None) -> None:
    found = read(arf(kind=kind, message_id=f"{mark(REF)}@example.org"), MARKS)
    assert found.kind is what
    assert found.what is (What.AUTOMATIC if what is None else What.REPORT)
    if what:
        assert found.refs == (REF,)


def test_a_mark_in_an_encoded_part_is_found() -> None:
    text = f"Your mail <{mark(REF)}@example.org> came back: 550 5.1.1 no such user\n" * 3
    raw = plain("Undeliverable", "é " * 40 + text, From="MAILER-DAEMON@x.example")
    assert mark(REF).encode() not in raw
    found = read(raw, MARKS)
    assert (found.kind, found.refs) == (EventKind.HARD_BOUNCE, (REF,))


KEY = "AbCdEfGhIjKlMnOpQrStU-"


@pytest.mark.parametrize("subject", [KEY, f"Re: {KEY}", f"unsubscribe {KEY}", f"  {KEY}\t"])
def test_mails_to_leave(subject: str) -> None:
    found = read(plain(subject), MARKS)
    assert (found.what, found.keys) == (What.LEAVE, (KEY,))
    # Some mail programs say that they write it by themselves.
    found = read(plain(subject, Auto_Submitted="auto-generated"), MARKS)
    assert found.what is What.LEAVE


def test_a_bounce_of_such_a_mail_leaves_nothing() -> None:
    assert read(plain(KEY, From="MAILER-DAEMON@x.example"), MARKS).keys == ()


@pytest.mark.parametrize(
    "raw",
    [
        plain("Away until May", Auto_Submitted="auto-replied"),
        plain("Away", Auto_Submitted="auto-replied; owner-email=a@b.example", Return_Path="<>"),
        plain("Out of office: Ferries return"),
        plain("Automatic reply: Ferries return"),
        plain("Automatische Antwort: Fähren"),
        plain("I'm away", Precedence="auto_reply"),
        plain("Away, call 550 1234", "Ring 550 5.1.1 for help", Auto_Submitted="auto-replied"),
    ],
)
def test_automatic_replies_say_nothing(raw: bytes) -> None:
    marked = raw.replace(b"\n\n", f"\n\nOn <{mark(REF)}@example.org> you wrote\n".encode(), 1)
    for one in (raw, marked):
        assert read(one, MARKS).what is What.AUTOMATIC


def test_what_people_write_is_left_to_people() -> None:
    assert read(plain("A question", "Call 550-1234."), MARKS) == UNKNOWN


@pytest.mark.parametrize(
    ("code", "hard"),
    [
        *((code, True) for code in ("550 5.1.1", "5.2.1", "5.4.4", "550", "551")),
        *((code, False) for code in ("5.2.2", "5.7.26", "5.3.4", "5.6.0", "4.2.2", "5.4.7")),
        *((code, False) for code in ("552", "554", "421", "450 4.7.1")),
    ],
)
def test_hard_and_soft(code: str, hard: bool) -> None:
    assert is_hard(code, unless_told=not hard) is hard
    assert is_hard("", unless_told=hard) is hard


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("550 5.1.1 <reader@example.com>: unknown", "550 5.1.1"),
        ("smtp;550-5.1.1 The account", "550 5.1.1"),
        ("host 192.0.2.250 said: 421 try later", "421"),
        ("dated 2026-11-24 in 450.5 seconds", ""),
        ("version 5.1.1.2", ""),
        ("250 ok, then 5.1.1", "5.1.1"),
        ("", ""),
    ],
)
def test_only_numbers_are_kept(text: str, code: str) -> None:
    assert numbers(text) == code
