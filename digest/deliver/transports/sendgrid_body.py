"""Request bodies of SendGrid's Mail Send API, as plain JSON types.

Limits from its OpenAPI description and documentation: at most 1,000 personalizations a request,
each address once, 10,000 bytes of substitutions a personalization, text before HTML.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from digest.errors import DigestError
from digest.model import Message, Token, TokenText
from digest.render.addresses import ascii_address, split_mailbox
from digest.render.clean import clean_line
from digest.render.headers import leave_url

LARGEST = 1000
#: bytes; today's page says 50,000, the description 10,000
SUBSTITUTIONS = 10_000
#: SendGrid writes these itself and refuses them from us
FORBIDDEN = frozenset(
    {
        *("x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type"),
        *("content-transfer-encoding", "to", "from", "subject", "reply-to", "cc", "bcc"),
    }
)


class BodyError(DigestError):
    """A message that this API cannot carry."""


@dataclass(slots=True)
class Request:
    """Messages that go in one request: they differ only in reader and tokens."""

    messages: list[Message] = field(default_factory=list)
    #: case-folded
    addresses: set[str] = field(default_factory=set)

    def takes(self, message: Message) -> bool:
        """Whether there is room, and the address is not in it yet."""
        return (
            len(self.messages) < LARGEST
            and message.headers.to_address.casefold() not in self.addresses
        )

    def add(self, message: Message) -> None:
        """Put it in."""
        self.messages.append(message)
        self.addresses.add(message.headers.to_address.casefold())


def requests(messages: Sequence[Message]) -> list[Request]:
    """``messages`` as few requests as they fit in, grouped by all that must be equal."""
    groups: dict[tuple[object, ...], list[Request]] = {}
    for message in messages:
        headers = message.headers
        same = (
            message.variant.key,
            headers.subject,
            headers.from_,
            headers.reply_to,
            headers.list_id,
            headers.feedback_id,
            headers.auto_submitted,
            headers.extra,
        )
        group = groups.setdefault(same, [])
        place = next((one for one in group if one.takes(message)), None)
        if place is None:
            place = Request()
            group.append(place)
        place.add(message)
    return [request for group in groups.values() for request in group]


def body(batch: str, request: Request, *, sandbox: bool) -> dict[str, Any]:
    """The JSON body of one request, whose messages ``check`` has passed."""
    first = request.messages[0]
    headers = first.headers
    keys = _keys()
    made: dict[str, Any] = {
        "personalizations": [_personalization(one, keys) for one in request.messages],
        "from": _mailbox(headers.from_),
        "subject": clean_line(headers.subject, 250),
        "content": [
            {"type": "text/plain", "value": _content(first.variant.text, keys, "t")},
            {"type": "text/html", "value": _content(first.variant.html, keys, "h")},
        ],
        "headers": _headers(first),
        "custom_args": {"dg_issue": batch.partition(".")[0], "dg_batch": batch},
        # Said aloud: the account's own defaults would rewrite links and add a pixel.
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
            "subscription_tracking": {"enable": False},
            "ganalytics": {"enable": False},
        },
        "mail_settings": {"sandbox_mode": {"enable": sandbox}},
    }
    if headers.list_id:
        made["categories"] = [headers.list_id.partition(".")[0]]
    if headers.reply_to:
        made["reply_to"] = _mailbox(headers.reply_to)
    return {key: value for key, value in made.items() if value != {}}


def check(message: Message) -> None:
    """Raises a DigestError if this API cannot carry ``message``."""
    _personalization(message, _keys())
    _headers(message)


def _keys() -> dict[Token, str]:
    """What stands for each token: not to be guessed, so that no story can hold one."""
    return {token: f"dg{secrets.token_hex(12)}{place}" for place, token in enumerate(Token)}


def _personalization(message: Message, keys: dict[Token, str]) -> dict[str, Any]:
    to = {"email": ascii_address(message.headers.to_address)}
    if name := clean_line(message.headers.to_name, 120):
        to["name"] = name
    used = {*message.variant.html, *message.variant.text}.intersection(Token)
    substitutions = {}
    for token in sorted(used):
        value = message.tokens[Token(token)]
        substitutions[keys[Token(token)] + "t"] = value
        substitutions[keys[Token(token)] + "h"] = escape(value)
    if sum(len(key) + len(value.encode()) for key, value in substitutions.items()) > SUBSTITUTIONS:
        raise BodyError("too many bytes of substitutions", ref=message.ref)
    made: dict[str, Any] = {
        "to": [to],
        "substitutions": substitutions,
        # Kept by SendGrid for ever as no personal data: never an address.
        "custom_args": {"dg_delivery": message.ref},
    }
    if message.headers.leave_url:
        made["headers"] = {
            "List-Unsubscribe": f"<{leave_url(message.headers.leave_url)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    return made


def _headers(message: Message) -> dict[str, str]:
    """The headers that all messages of a request share."""
    told = message.headers
    made = {}
    if told.list_id:
        made["List-Id"] = f"<{told.list_id}>"
    if told.list_id or told.leave_url:
        made |= {"Precedence": "bulk", "X-Auto-Response-Suppress": "OOF, AutoReply"}
    if told.feedback_id:
        made["Feedback-ID"] = told.feedback_id
    if told.auto_submitted:
        made["Auto-Submitted"] = "auto-generated"
    for name, value in told.extra:
        if name.lower() in FORBIDDEN:
            raise BodyError("a header that SendGrid writes itself", header=name)
        made[name] = clean_line(value, 900)
    return made


def _mailbox(text: str) -> dict[str, str]:
    name, address = split_mailbox(text)
    made = {"email": ascii_address(address)}
    return made | ({"name": clean_line(name, 120)} if name else {})


def _content(text: TokenText, keys: dict[Token, str], kind: str) -> str:
    return "".join(keys[piece] + kind if isinstance(piece, Token) else piece for piece in text)
