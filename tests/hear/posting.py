"""Posts as providers make them: signed, and with events in their words."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.applications import Starlette

from digest.config import Settings
from digest.deliver.marks import Marks
from digest.listening import Listening
from digest.web.site import site
from tests.hear.house import MARKS, NOW, House

HOOK_KEYS = ("a-hook-key-of-thirty-two-characters-and-more", "an-older-one-of-thirty-two-or-more")
STAMP = str(int(NOW.timestamp()))


def new_key() -> ec.EllipticCurvePrivateKey:
    """As SendGrid has one."""
    return ec.generate_private_key(ec.SECP256R1())


def shown(key: ec.EllipticCurvePrivateKey) -> str:
    """Its public half as SendGrid's settings show it."""
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def signed(key: ec.EllipticCurvePrivateKey, body: bytes, stamp: str = STAMP) -> dict[str, str]:
    """SendGrid's headers."""
    signature = key.sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    return {
        "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
        "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
        "Content-Type": "application/json",
    }


def hmac_signed(body: bytes, key: str = HOOK_KEYS[0], stamp: str = STAMP) -> dict[str, str]:
    """The headers of /hooks/events."""
    made = hmac.new(key.encode(), stamp.encode() + body, hashlib.sha256).hexdigest()
    return {"Digest-Timestamp": stamp, "Digest-Signature": made}


def told(kind: str, issue: int, who: int, **more: Any) -> dict[str, Any]:
    """One event of SendGrid's; its address is one that we must not keep."""
    ids = f"{kind}-{issue}-{who}-{sorted(more.items())}"
    return {
        "email": f"secret{who}@example.com",
        "timestamp": int((NOW - timedelta(minutes=5)).timestamp()),
        "smtp-id": "<x@geopod-ismtpd>",
        "event": kind,
        "category": ["daily"],
        "sg_event_id": base64.urlsafe_b64encode(hashlib.sha256(ids.encode()).digest()).decode(),
        "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
        "dg_issue": str(issue),
        "dg_batch": f"{issue}.1.1",
        "dg_delivery": f"{issue}-{who}",
        **more,
    }


def dumped(events: object) -> bytes:
    """As SendGrid writes them: a line for each."""
    return json.dumps(events, ensure_ascii=False).replace("},", "},\r\n").encode() + b"\r\n"


@dataclass(frozen=True, slots=True)
class Site:
    """A newsroom's site for readers, with hooks."""

    app: Starlette
    key: ec.EllipticCurvePrivateKey
    former: ec.EllipticCurvePrivateKey


def settings(**tables: Mapping[str, Any]) -> Settings:
    """A newsroom's settings; nothing of them is read from a file."""
    return Settings.model_validate(tables)


def serve(room: House, marks: Marks = MARKS) -> Site:
    """Both hooks, over a room."""
    key, former = new_key(), new_key()
    given = settings(
        sending={"sendgrid": {"webhook_keys": [shown(key), shown(former)]}},
        hooks={"keys": "\n".join(HOOK_KEYS)},
    )
    listening = Listening(given, room.engine, room.clock, room.people, marks)
    return Site(site(listening.routes()), key, former)


def maildir(folder: Path) -> Path:
    """An empty one."""
    for one in ("new", "cur", "tmp"):
        (folder / one).mkdir(parents=True)
    return folder
