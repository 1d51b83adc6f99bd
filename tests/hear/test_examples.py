"""The translator in the documentation, on notifications as Amazon describes them."""

import importlib.util
import json
from types import ModuleType
from typing import Any

import pytest
from starlette.testclient import TestClient

from digest.model import EventKind, IssueId
from digest.store import heard
from digest.store.engine import reading
from tests.hear.house import MARKS, House
from tests.hear.mails import mark
from tests.hear.posting import hmac_signed, serve
from tests.parts import REPO


@pytest.fixture(scope="module")
def ses() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ses", REPO / "docs/examples/ses_events.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def mail(ref: str, *, by: str) -> dict[str, Any]:
    """SES's ``mail`` object; ``by`` says where our mark stands."""
    message_id = MARKS.message_id(ref, "example.org") if by == "message_id" else "x@example.org"
    source = f"bounce+{mark(ref)}@example.org" if by == "source" else "news@example.org"
    return {
        "timestamp": "2026-12-24T05:59:00.000Z",
        "messageId": f"0100018f{ref}-000000",
        "source": source,
        "destination": ["reader@example.com"],
        "headers": [{"name": "Message-ID", "value": f"<{message_id}>"}],
    }


def bounce(kind: str, sub: str, status: str) -> dict[str, Any]:
    reader = {"emailAddress": "reader@example.com", "status": status, "action": "failed"}
    reader["diagnosticCode"] = f"smtp; 550 {status} reader@example.com unknown"
    return {
        "bounceType": kind,
        "bounceSubType": sub,
        "bouncedRecipients": [reader],
        "timestamp": "2026-12-24T05:59:30.000Z",
        "feedbackId": f"0100018f-{kind}-{sub}",
    }


def test_amazon_ses(small_room: House, ses: ModuleType) -> None:
    dead, full, listed, spam, fine, late = readers = small_room.readers(6)
    small_room.issue(1, readers)
    at = {"timestamp": "2026-12-24T05:59:31.000Z"}
    told = [
        {"notificationType": "Bounce", "bounce": bounce("Permanent", "General", "5.1.1")}
        | {"mail": mail(f"1-{dead}", by="source")},
        {"eventType": "Bounce", "bounce": bounce("Transient", "MailboxFull", "4.2.2")}
        | {"mail": mail(f"1-{full}", by="message_id")},
        {"eventType": "Bounce", "bounce": bounce("Permanent", "OnAccountSuppressionList", "")}
        | {"mail": mail(f"1-{listed}", by="message_id")},
        {"notificationType": "Complaint", "complaint": at | {"feedbackId": "f4"}}
        | {"mail": mail(f"1-{spam}", by="message_id")},
        {"notificationType": "Delivery", "delivery": at} | {"mail": mail(f"1-{fine}", by="source")},
        {"eventType": "DeliveryDelay", "deliveryDelay": at}
        | {"mail": mail(f"1-{late}", by="source")},
        {"eventType": "Send", "send": {}, "mail": mail(f"1-{fine}", by="source")},
        {"eventType": "Open", "open": at, "mail": mail(f"1-{fine}", by="source")},
        {"notificationType": "AmazonSnsSubscriptionSucceeded"},
    ]
    events = [one for one in map(ses.translated, told) if one]
    body = json.dumps({"events": events}).encode()
    with TestClient(serve(small_room).app) as client:
        answer = client.post("/hooks/events", content=body, headers=hmac_signed(body))
    assert answer.text == "7 of 7 are ours, 0 cannot be used\n"
    with reading(small_room.engine) as connection:
        assert heard.counts(connection, IssueId(1)) == {
            EventKind.ACCEPTED: 1,
            EventKind.DELIVERED: 1,
            EventKind.DEFERRED: 1,
            EventKind.SOFT_BOUNCE: 1,
            EventKind.HARD_BOUNCE: 1,
            EventKind.DROPPED: 1,
            EventKind.COMPLAINT: 1,
        }
    assert small_room.suppressed(dead) == {"": "bounce: hook, issue 1, 550 5.1.1"}
    assert small_room.suppressed(listed) == {"": "bounce: hook, issue 1, bounce"}
    assert small_room.suppressed(full) == small_room.suppressed(fine) == {}
    assert small_room.editions(spam) == frozenset()
