"""The newsroom's own secrets: made once, kept in files that only their owner reads."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from pathlib import Path

from digest.errors import ConfigError, ConfigMistake

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
