"""The second step: codes of an authenticator app (TOTP, RFC 6238), and codes for a lost phone."""

import hashlib
import hmac
import secrets
from datetime import datetime

import pyotp

#: seconds that one code is good for, as every app assumes
STEP = 30
#: steps that a phone's clock may be off, either way (RFC 6238 §5.2)
DRIFT = 1
#: codes for a lost phone: so many, each of so many characters of 32, so of 50 bits
RECOVERY, CHARACTERS = 10, 10
#: no 0, 1, l or o, which people mix up
_ALPHABET = "23456789abcdefghijkmnpqrstuvwxyz"


def new_secret() -> str:
    """160 bits in base32, as apps take them."""
    return pyotp.random_base32()


def step_of(secret: str, given: str, now: datetime) -> int | None:
    """The time step whose code ``given`` is, among those near enough; None: it is none.

    Whoever takes it must remember the step and take no code of it again (RFC 6238 §5.2).
    """
    digits = "".join(given.split())
    if not (digits.isascii() and digits.isdigit()):
        return None
    app = pyotp.TOTP(secret)
    present = int(now.timestamp()) // STEP
    for step in range(present - DRIFT, present + DRIFT + 1):
        if hmac.compare_digest(app.generate_otp(step), digits):
            return step
    return None


def address(secret: str, email: str, newsroom: str) -> str:
    """The ``otpauth://`` address that an app reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=newsroom)


def recovery_codes() -> list[str]:
    """Fresh codes, each for one use, as they are shown: ``abcde-fghij``."""
    return [_code() for _ in range(RECOVERY)]


def _code() -> str:
    told = "".join(secrets.choice(_ALPHABET) for _ in range(CHARACTERS))
    return f"{told[:5]}-{told[5:]}"


def recovery_hash(key: bytes, given: str) -> str:
    """What is kept of a recovery code."""
    plain = "".join(one for one in given.casefold() if one.isalnum())
    return hmac.digest(key, plain.encode(), hashlib.sha256).hex()
