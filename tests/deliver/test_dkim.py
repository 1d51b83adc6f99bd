"""Signatures of ours, verified by dkimpy."""

import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from dkim.canonicalization import Relaxed
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.deliver.dkim import (
    SIGNED,
    Signer,
    SigningKeyError,
    body_hash,
    make,
    private_key,
    record,
)
from digest.deliver.writer import MessageWriter
from digest.model import Fragment, Message, Token
from digest.render.message import build
from tests.deliver.newsroom import message, rendered

Key = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey


def pem(key: Key) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


RSA, ED25519 = make(), make(ed25519=True)
DNS = {"rsa._domainkey.news.example.": record(RSA), "ed._domainkey.news.example.": record(ED25519)}
SIGNERS = {"rsa": Signer("rsa", "news.example", RSA), "ed": Signer("ed", "news.example", ED25519)}


def answer(name: bytes, timeout: int = 5) -> bytes:
    return DNS[name.decode()].encode()


def verified(data: bytes, index: int = 0) -> bool:
    try:
        return bool(dkim.DKIM(data, minkey=2048).verify(idx=index, dnsfunc=answer))
    except dkim.ValidationError:
        return False


@pytest.mark.parametrize("which", SIGNERS)
def test_dkimpy_verifies_it(which: str) -> None:
    data = MessageWriter([SIGNERS[which]])(message(1))
    assert verified(data)
    assert data.endswith(build(message(1)))


def test_both_at_once() -> None:
    data = MessageWriter([SIGNERS["rsa"], SIGNERS["ed"]])(message(1))
    assert verified(data, 0)
    assert verified(data, 1)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.text(alphabet=" \t\r\n.=aé", max_size=300), max_size=4),
    st.text(max_size=80),
    st.sampled_from(list(SIGNERS)),
)
def test_whatever_the_message_says(texts: list[str], name: str, which: str) -> None:
    pieces = tuple(Fragment((one, Token.NAME), (one,)) for one in texts)
    variant = replace(rendered("v"), fragments=pieces, subject=name)
    made = message(1, variant)
    made = replace(
        made,
        tokens={**made.tokens, Token.NAME: name},
        headers=replace(made.headers, to_name=name, subject=name),
    )
    assert verified(MessageWriter([SIGNERS[which]])(made))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(alphabet=" \tab", max_size=90).map(lambda row: row + "\r\n"), max_size=12))
def test_bodies_by_the_piece_hash_as_a_whole(rows: list[str]) -> None:
    pieces = [row.encode() for row in rows]
    whole = sha256(Relaxed.canonicalize_body(b"".join(pieces))).digest()
    assert body_hash(pieces) == b64encode(whole).decode()


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "the body": lambda data: data.replace(b"Story", b"St0ry"),
    "the subject": lambda data: re.sub(rb"(?m)^Subject: ", b"Subject: x", data),
    "a link to leave by": lambda data: data.replace(
        b"List-Unsubscribe: <https://news", b"List-Unsubscribe: <https://evil"
    ),
    "that one click suffices": lambda data: data.replace(
        b"List-Unsubscribe-Post: List-Unsubscribe=One-Click", b"List-Unsubscribe-Post: no"
    ),
    "a second From": lambda data: b"From: evil@example.org\r\n" + data,
    "a Cc": lambda data: b"Cc: all@example.org\r\n" + data,
    "a second Subject": lambda data: b"Subject: evil\r\n" + data,
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_is_changed_on_the_way_is_seen(what: str) -> None:
    data = MessageWriter([SIGNERS["rsa"]])(message(1))
    changed = CHANGES[what](data)
    assert changed != data
    assert not verified(changed)


def test_relays_may_fold_and_add_their_own() -> None:
    data = MessageWriter([SIGNERS["rsa"]])(message(1))
    folded = data.replace(b"Precedence: bulk", b"Precedence:   bulk  ").replace(
        b"From: The Meridian", b"From:\r\n The  Meridian"
    )
    assert folded.count(b"\r\n") == data.count(b"\r\n") + 1
    assert verified(b"Received: from a by b; now\r\nSender: list@example.org\r\n" + folded)


def test_both_list_unsubscribe_headers_are_covered_and_lines_stay_short() -> None:
    field = SIGNERS["rsa"].field(b"From: a@b.example\r\nList-Unsubscribe: <x>\r\n", "hash", 1)
    assert max(map(len, field.split(b"\r\n"))) <= 78
    names = re.sub(rb"\s", b"", field.partition(b" h=")[2].partition(b";")[0]).split(b":")
    assert names.count(b"from") == names.count(b"list-unsubscribe") == 2
    assert names.count(b"list-unsubscribe-post") == 1
    assert {name.decode() for name in names} == set(SIGNED)


def test_the_same_message_gets_the_same_signature() -> None:
    def twice(made: Message) -> set[bytes]:
        return {MessageWriter([SIGNERS["rsa"], SIGNERS["ed"]])(made) for _ in range(2)}

    assert len(twice(message(1))) == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "PEM"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "PEM"),
        (pem(rsa.generate_private_key(65537, 1024)), "2048 bits"),
        (pem(ec.generate_private_key(ec.SECP256R1())), "RSA and Ed25519"),
    ],
)
def test_keys_that_cannot_sign_mail_are_refused(text: str, why: str) -> None:
    with pytest.raises(SigningKeyError, match=why) as caught:
        private_key(text)
    assert "AAAA" not in str(caught.value)
