"""DKIM signatures (RFC 6376) by RSA (RFC 8301) or Ed25519 (RFC 8463), relaxed/relaxed.

Most relays sign what they are given; this is for those that do not. What all messages share of
their bodies is brought into canonical form once.
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from digest.errors import DigestError

#: signed, each once more than it is there, so that nobody can add another (RFC 6376 §8.15);
#: RFC 8058 §4 wants both of List-Unsubscribe's to be covered
SIGNED = (
    *("from", "to", "cc", "subject", "date", "message-id", "reply-to", "in-reply-to", "references"),
    *("mime-version", "content-type", "content-transfer-encoding"),
    *("list-id", "list-unsubscribe", "list-unsubscribe-post", "feedback-id"),
)
#: RFC 8301 §3.2
LEAST_BITS = 2048
#: shorter stretches are cheaper to look at than to look up, and may be a reader's own
_WORTH_KEEPING = 200
_KEPT = 8192
_LINE = 72
_SPACE = re.compile(rb"[ \t]+")
_TRAILING = re.compile(rb"[ \t]+(?=\r\n)")
_FOLD = re.compile(rb"\r\n(?=[ \t])")
_FIELD_END = re.compile(rb"\r\n(?![ \t])")


class SigningKeyError(DigestError):
    """A private key cannot be used for signing."""


class Signer:
    """Signs for one domain with one key, whose public half stands in DNS under ``selector``."""

    def __init__(self, selector: str, domain: str, pem: str) -> None:
        """Raises SigningKeyError unless ``pem`` holds RSA of 2048 bits or more, or Ed25519."""
        self._key = private_key(pem)
        algorithm = "rsa-sha256" if isinstance(self._key, RSAPrivateKey) else "ed25519-sha256"
        self._opening = (
            f"DKIM-Signature: v=1; a={algorithm}; c=relaxed/relaxed;\r\n"
            f" d={domain}; s={selector}; t=%d;\r\n"
            " bh=%s;\r\n h=%s;\r\n b="
        )

    def field(self, head: bytes, body: str, at: int) -> bytes:
        """The signature as a header field to stand before ``head``.

        ``head`` are all header fields, ``body`` is the ``body_hash``, ``at`` the second since the
        epoch.
        """
        names, canonical = _signed(head)
        unsigned = (self._opening % (at, body, names)).encode("ascii")
        signature = b64encode(self._signature(canonical + _relaxed_field(unsigned)))
        # Its own line is begun already; folding white space within b= counts for nothing.
        rows = [signature[at : at + _LINE] for at in range(0, len(signature), _LINE)]
        return unsigned + b"\r\n ".join(rows) + b"\r\n"

    def _signature(self, told: bytes) -> bytes:
        if isinstance(self._key, RSAPrivateKey):
            return self._key.sign(told, PKCS1v15(), SHA256())
        # RFC 8463 §3: PureEdDSA over the hash.
        return self._key.sign(sha256(told).digest())


def private_key(pem: str) -> RSAPrivateKey | Ed25519PrivateKey:
    """The key in ``pem``, without a password. Raises SigningKeyError."""
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SigningKeyError("this is no private key in PEM without a password") from error
    if isinstance(key, RSAPrivateKey):
        if key.key_size < LEAST_BITS:
            raise SigningKeyError(
                f"an RSA key needs {LEAST_BITS} bits, this one has {key.key_size}"
            )
        return key
    if isinstance(key, Ed25519PrivateKey):
        return key
    raise SigningKeyError("only RSA and Ed25519 keys can sign mail")


def make(*, ed25519: bool = False) -> str:
    """A new private key in PEM: RSA of 2048 bits, or Ed25519."""
    key: RSAPrivateKey | Ed25519PrivateKey
    key = Ed25519PrivateKey.generate() if ed25519 else generate_private_key(65537, LEAST_BITS)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


def record(pem: str) -> str:
    """What DNS must say of the key's public half (RFC 6376 §3.6.1). Raises SigningKeyError."""
    key = private_key(pem).public_key()
    if isinstance(private_key(pem), RSAPrivateKey):
        raw = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return f"v=DKIM1; k=rsa; p={b64encode(raw).decode('ascii')}"
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return f"v=DKIM1; k=ed25519; p={b64encode(raw).decode('ascii')}"


def body_hash(body: Iterable[bytes]) -> str:
    """``bh=`` of a body given in stretches of whole lines (RFC 6376 §3.4.4), in base64."""
    canonical = b"".join(
        [_kept(piece) if len(piece) >= _WORTH_KEEPING else _relaxed(piece) for piece in body]
    )
    # Empty lines at the end do not count.
    told = canonical.rstrip(b"\r\n")
    hashed = sha256(told + b"\r\n" if told else b"")
    return b64encode(hashed.digest()).decode("ascii")


def _relaxed(piece: bytes) -> bytes:
    return _SPACE.sub(b" ", _TRAILING.sub(b"", piece))


_kept = lru_cache(_KEPT)(_relaxed)


def _signed(head: bytes) -> tuple[str, bytes]:
    """``h=`` for these header fields, and what it names in canonical form (RFC 6376 §3.7)."""
    found: dict[str, list[bytes]] = {}
    for field in _FIELD_END.split(head):
        canonical = _relaxed_field(field)
        found.setdefault(canonical.partition(b":")[0].decode("latin-1"), []).append(canonical)
    told = [one for name in SIGNED for one in reversed(found.get(name, ()))]
    return _names(tuple(len(found.get(name, ())) for name in SIGNED)), b"".join(
        one + b"\r\n" for one in told
    )


@lru_cache(64)
def _names(counts: tuple[int, ...]) -> str:
    names = [name for name, there in zip(SIGNED, counts, strict=True) for _ in range(there + 1)]
    rows = [""]
    for name in names:
        if len(rows[-1]) + len(name) > _LINE:
            rows.append("")
        rows[-1] += f"{name}:"
    return "\r\n  ".join(rows).removesuffix(":")


def _relaxed_field(field: bytes) -> bytes:
    """A header field without its line end (RFC 6376 §3.4.2)."""
    name, _, value = field.partition(b":")
    value = _SPACE.sub(b" ", _FOLD.sub(b"", value)).strip(b" ")
    return name.rstrip(b" \t").lower() + b":" + value
