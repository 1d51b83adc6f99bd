"""Amazon SES's notifications in the words of /hooks/events. An AWS Lambda for an SNS topic.

Needs nothing but Python. Environment: DIGEST_HOOK (https://news.example.org/hooks/events) and
DIGEST_HOOK_KEY (one line of the secret hooks__keys). A failure raises, and SNS calls again.
"""

import hashlib
import hmac
import json
import os
import time
import urllib.request

KINDS = {
    "Send": "accepted",
    "Delivery": "delivered",
    "DeliveryDelay": "deferred",
    "Reject": "dropped",
    "Complaint": "complaint",
}
#: what SES did not even try, since it keeps the address on a list of its own
LISTED = {"Suppressed", "OnAccountSuppressionList"}


def handler(event, context):
    """Called by SNS with one or more notifications."""
    messages = [json.loads(record["Sns"]["Message"]) for record in event["Records"]]
    events = [one for one in map(translated, messages) if one]
    if events:
        post(os.environ["DIGEST_HOOK"], os.environ["DIGEST_HOOK_KEY"], events)


def translated(message):
    """One notification as an event; None for opens, clicks and what else there may be."""
    # The one is said by notifications of an identity, the other by those of configuration sets.
    what = message.get("eventType") or message.get("notificationType")
    told = message.get((what or "")[:1].lower() + (what or "")[1:], {})
    kind, code = KINDS.get(what), ""
    if what == "Bounce":
        kind = "hard_bounce" if told.get("bounceType") == "Permanent" else "soft_bounce"
        reader = (told.get("bouncedRecipients") or [{}])[0]
        code = f"{reader.get('status', '')} {reader.get('diagnosticCode', '')}"
        if told.get("bounceSubType") in LISTED:
            kind, code = "dropped", "bounce"
    if kind is None:
        return None
    mail = message["mail"]
    headers = {one["name"].lower(): one["value"] for one in mail.get("headers", [])}
    return {
        "id": told.get("feedbackId") or f"{mail['messageId']}-{what}-{told.get('timestamp', '')}",
        "kind": kind,
        "at": told.get("timestamp") or mail["timestamp"],
        "code": code,
        # Whose message it was: our mark in the envelope's sender, or in our own Message-ID, which
        # SES replaces on its way but tells here (switch on "include original headers").
        "envelope_from": mail.get("source", ""),
        "message_id": headers.get("message-id", ""),
    }


def post(url, key, events):
    """Post events, signed."""
    body = json.dumps({"events": events}).encode()
    stamp = str(int(time.time()))
    signature = hmac.new(key.encode(), stamp.encode() + body, hashlib.sha256).hexdigest()
    headers = {"Digest-Timestamp": stamp, "Digest-Signature": signature}
    request = urllib.request.Request(url, body, headers | {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        answer.read()
