"""Envelope senders that say whose message bounced (VERP): ``bounce+TOKEN@news.example``.

A token holds a message's ref and a MAC of it, no address: ``12-345-mfzwizltoqxa`` for subscriber
345 of issue 12, ``people-7-…`` for letter 7 to a person. Other letters' refs are too long for a
local part (64 octets, RFC 5321 §4.5.3.1.1), so their tokens hold a digest instead, see ``brief``.
Lower case throughout, since some servers fold it.
"""

import hashlib
import hmac
import re
from base64 import b32encode

#: the longest token: numbers of 10 and 19 digits, and the MAC
LONGEST = 43
#: 60 bits: nobody can try so many by mail
_MAC = 12
_NAME = 16
#: the refs that tokens hold as they are: a delivery's, and that of a letter to a person
REF = r"(?:[0-9]{1,10}|people)-[0-9]{1,19}"
_REF = re.compile(REF)


def write(ref: str, key: bytes) -> str:
    """The token for ``Message.ref``: the same for every attempt, letters, digits and hyphens."""
    told = brief(ref)
    return f"{told}-{_mac(told, key)}"


def read(text: str, key: bytes) -> str | None:
    """The ref in a token, given alone or in its address; None if ``key`` did not make it.

    Of other letters only what ``brief`` makes of their ref is known.
    """
    token = text.strip().lower().partition("@")[0].rpartition("+")[2]
    told, _, mac = token.rpartition("-")
    if not told or not hmac.compare_digest(mac.encode(), _mac(told, key).encode()):
        return None
    return told


def brief(ref: str) -> str:
    """``ref`` as tokens hold it: one like ``REF`` as it is, of others ``t-`` and a digest."""
    if _REF.fullmatch(ref):
        return ref
    return f"t-{_base32(hashlib.sha256(ref.encode()).digest())[:_NAME]}"


def sender(address: str, ref: str, key: bytes) -> str:
    """``address`` with the token of ``ref`` in it, as an envelope's sender."""
    local, _, domain = address.rpartition("@")
    return f"{local}+{write(ref, key)}@{domain}"


def _mac(told: str, key: bytes) -> str:
    return _base32(hmac.digest(key, told.encode(), hashlib.sha256))[:_MAC]


def _base32(raw: bytes) -> str:
    return b32encode(raw).decode("ascii").lower()
