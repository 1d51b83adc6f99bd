"""The newsroom's own secrets: made once, kept in files that only their owner reads.

Beside them the public keys of those who sign what they post to us.
"""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from digest.errors import ConfigError, ConfigMistake

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

SIGNING = "web__signing_keys"
PEPPER = "web__pepper"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One secret with the id that links signed by it carry."""

    id: str
    secret: bytes

    def derived(self, purpose: str) -> bytes:
        """A secret for each purpose, so that one kind of link never passes for another."""
        return hmac.digest(self.secret, purpose.encode(), hashlib.sha256)


def make(folder: Path) -> list[Path]:
    """Write the secrets that ``folder`` does not hold yet; returns the files made.

    Never changes one: links in mail already sent live on the old secret.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = []
    for name, value in (
        (SIGNING, f"k1:{secrets.token_hex(32)}\n"),
        (PEPPER, f"{secrets.token_hex(32)}\n"),
    ):
        file = folder / name
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(value, encoding="ascii")
            made.append(file)
    return made


def read_signing(text: str) -> tuple[SigningKey, ...]:
    """The keys in ``text``: one ``id:hex`` a line, newest first. Raises ConfigError."""
    keys, mistakes = [], []
    for number, line in enumerate(text.split(), start=1):
        key_id, _, value = line.partition(":")
        try:
            secret = bytes.fromhex(value)
        except ValueError:
            secret = b""
        if not key_id or len(secret) < 16:
            mistakes.append(
                ConfigMistake(
                    "web.signing_keys", f"line {number} is not id:secret with 32 hex digits or more"
                )
            )
        keys.append(SigningKey(key_id, secret))
    if mistakes:
        raise ConfigError("secrets", mistakes)
    return tuple(keys)


def public_key(text: str) -> "EllipticCurvePublicKey":
    """An ECDSA key as SendGrid shows it: a DER SubjectPublicKeyInfo in base64.

    Raises ValueError.
    """
    # Few have one, and the package takes its time.
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    bare = re.sub(r"-----[A-Z ]+-----|\s", "", text)
    try:
        key = load_der_public_key(base64.b64decode(bare, validate=True))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError("is no public key as SendGrid shows it") from error
    if not isinstance(key, EllipticCurvePublicKey):
        raise ValueError("is no ECDSA key")  # noqa: TRY004 - of the setting, not of the code
    return key
