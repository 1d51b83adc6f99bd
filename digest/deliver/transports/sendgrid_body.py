"""Request bodies of SendGrid's Mail Send API, as JSON.

Limits from its OpenAPI description and documentation: at most 1,000 personalizations a request,
each address once, 10,000 bytes of substitutions a personalization, text before HTML.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import chain
from typing import Any

from digest.errors import DigestError
from digest.model import Fragment, Message, RenderedVariant, Token, TokenText
from digest.render.addresses import ascii_address, split_mailbox
from digest.render.clean import clean_line
from digest.render.headers import ways_out

LARGEST = 1000
#: bytes; today's page says 50,000, the description 10,000
SUBSTITUTIONS = 10_000
# under which a fragment keeps itself as JSON
_JSON = "json"
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
            headers.precedence,
            headers.extra,
        )
        group = groups.setdefault(same, [])
        place = next((one for one in group if one.takes(message)), None)
        if place is None:
            place = Request()
            group.append(place)
        place.add(message)
    return [request for group in groups.values() for request in group]


def body(batch: str, request: Request, *, sandbox: bool) -> str:
    """The JSON body of one request, whose messages ``check`` has passed."""
    first = request.messages[0]
    headers = first.headers
    keys = _keys()
    made: dict[str, Any] = {
        "personalizations": [_personalization(one, keys) for one in request.messages],
        "from": _mailbox(headers.from_),
        "subject": clean_line(headers.subject, 250),
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
    told = json.dumps({key: value for key, value in made.items() if value != {}})
    return f'{told[:-1]}, "content": {_content(first.variant, keys)}}}'


def check(message: Message) -> None:
    """Raises a DigestError if this API cannot carry ``message``."""
    _personalization(message, _keys())
    _headers(message)


def _keys() -> dict[Token, str]:
    """What stands for each token: not to be guessed, so that no story can hold one."""
    return {token: f"dg{secrets.token_hex(12)}{place}" for place, token in enumerate(Token)}


def _personalization(message: Message, keys: dict[Token, str]) -> dict[str, Any]:
    headers = message.headers
    to = {"email": ascii_address(headers.to_address)}
    if name := clean_line(headers.to_name, 120):
        to["name"] = name
    substitutions = {}
    for token in _used(message.variant):
        value = message.tokens[token]
        substitutions[keys[token] + "t"] = value
        substitutions[keys[token] + "h"] = escape(value)
    if sum(len(key) + len(value.encode()) for key, value in substitutions.items()) > SUBSTITUTIONS:
        raise BodyError("too many bytes of substitutions", ref=message.ref)
    made: dict[str, Any] = {
        "to": [to],
        "substitutions": substitutions,
        # Kept by SendGrid for ever as no personal data: never an address.
        "custom_args": {"dg_delivery": message.ref},
    }
    if headers.leave_url:
        made["headers"] = {
            "List-Unsubscribe": ways_out(headers.leave_url, headers.leave_mailto),
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    return made


def _used(variant: RenderedVariant) -> list[Token]:
    """The tokens in a variant, in order of their names."""
    texts = chain.from_iterable((one.html, one.text) for one in variant.fragments)
    return sorted({piece for text in texts for piece in text if isinstance(piece, Token)})


def _headers(message: Message) -> dict[str, str]:
    """The headers that all messages of a request share."""
    told = message.headers
    made = {}
    if told.list_id:
        made["List-Id"] = f"<{told.list_id}>"
    if told.list_id or told.leave_url:
        made["X-Auto-Response-Suppress"] = "OOF, AutoReply"
        if told.precedence:
            made["Precedence"] = told.precedence
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


def _content(variant: RenderedVariant, keys: dict[Token, str]) -> str:
    """Its parts as JSON, joined from fragments that are escaped already."""
    parts = zip(*map(_escaped, variant.fragments), strict=True)
    html, text = ([*chain.from_iterable(part)] for part in parts)
    plain = "".join(keys[one] + "t" if isinstance(one, Token) else one for one in text)
    rich = "".join(keys[one] + "h" if isinstance(one, Token) else one for one in html)
    written = [("text/plain", plain)] + ([] if variant.plain else [("text/html", rich)])
    told = ", ".join(f'{{"type": "{kind}", "value": "{value}"}}' for kind, value in written)
    return f"[{told}]"


def _escaped(fragment: Fragment) -> tuple[TokenText, TokenText]:
    """HTML and text of a fragment as they stand inside a JSON string."""
    made: tuple[TokenText, TokenText] | None = fragment.forms.get(_JSON)
    if made is None:
        made = fragment.forms[_JSON] = _in_json(fragment.html), _in_json(fragment.text)
    return made


def _in_json(text: TokenText) -> TokenText:
    return tuple(
        piece
        if isinstance(piece, Token)
        else json.dumps(_sendable(piece), ensure_ascii=False)[1:-1]
        for piece in text
    )


def _sendable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
