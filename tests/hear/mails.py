"""Mails as they come back, written here."""

from email.message import EmailMessage

from tests.hear.house import MARKS

ORIGINAL = """From: The Meridian <news@example.org>
To: reader@example.com
Subject: Ferries return
Message-ID: <{message_id}>
List-Unsubscribe: <https://news.example.org/u/abc>

The story.
"""


def mark(ref: str) -> str:
    """Our token for a delivery."""
    return MARKS.message_id(ref, "example.org").partition("@")[0]


def dsn(
    *,
    to: str = "bounce@example.org",
    message_id: str = "somebody@example.net",
    reader: str = "reader@example.com",
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 User unknown",
) -> bytes:
    """A delivery status notification by RFC 3464, as Postfix writes it."""
    return f"""Return-Path: <>
From: MAILER-DAEMON@mx.example.com (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="edge"

--edge
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.com. I'm sorry.

--edge
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com
Arrival-Date: Tue, 24 Nov 2026 06:00:00 +0000

Final-Recipient: rfc822; {reader}
Action: {action}
Status: {status}
Diagnostic-Code: {diagnostic}

--edge
Content-Type: message/rfc822

{ORIGINAL.format(message_id=message_id)}
--edge--
""".encode()


def arf(
    *, kind: str = "abuse", message_id: str = "x@example.net", reader: str = "redacted"
) -> bytes:
    """A complaint by RFC 5965."""
    return f"""From: feedback@provider.example
To: abuse@example.org
Subject: Abuse report
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="edge"

--edge
Content-Type: text/plain

This is an abuse report.

--edge
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Provider/1.0
Version: 1
Original-Rcpt-To: {reader}

--edge
Content-Type: message/rfc822

{ORIGINAL.format(message_id=message_id)}
--edge--
""".encode()


def plain(subject: str, text: str = "Hello.\n", **headers: str) -> bytes:
    """A mail with one part of text."""
    message = EmailMessage()
    message["From"] = headers.pop("From", "Somebody <somebody@example.com>")
    message["To"] = headers.pop("To", "leave@example.org")
    message["Subject"] = subject
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()
