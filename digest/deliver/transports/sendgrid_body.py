"""Request bodies of SendGrid's Mail Send API, as JSON.

Limits from its OpenAPI description and documentation: at most 1,000 personalizations a request,
each address once, 10,000 bytes of substitutions a personalization, at most 10 categories, text
before HTML.
"""

import json
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from itertools import chain
from json.encoder import encode_basestring_ascii as quoted
from typing import Any, NamedTuple

from digest.errors import DigestError
from digest.model import Fragment, Message, RenderedVariant, Token, TokenText
from digest.render.addresses import ascii_address, split_mailbox
from digest.render.clean import clean_line
from digest.render.headers import ways_out

LARGEST = 1000
#: bytes; today's page says 50,000, the description 10,000
SUBSTITUTIONS = 10_000
CATEGORIES = 10
# under which a fragment keeps itself as JSON
_JSON = "json"
# what HTML writes otherwise; nearly no address of ours holds any
_SPECIAL = re.compile("[&<>\"']")
#: SendGrid writes these itself and refuses them from us
FORBIDDEN = frozenset(
    {
        *("x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type"),
        *("content-transfer-encoding", "to", "from", "subject", "reply-to", "cc", "bcc"),
    }
)


class BodyError(DigestError):
    """A message that this API cannot carry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the account's owner wants of every request."""

    sandbox: bool = False
    #: beside the edition's own
    categories: tuple[str, ...] = ()
    #: SendGrid's unsubscribe group; its List-Unsubscribe then stands in the place of ours
    asm_group: int | None = None
    #: SendGrid holds the mail back until then, under this id (``POST /v3/mail/batch``)
    send_at: datetime | None = None
    schedule: str = ""


class Ready(NamedTuple):
    """A message with its personalization as JSON."""

    message: Message
    personalization: str


@dataclass(slots=True)
class Request:
    """Messages that go in one request: they differ only in reader and tokens."""

    ready: list[Ready] = field(default_factory=list)
    #: case-folded
    addresses: set[str] = field(default_factory=set)

    def takes(self, address: str) -> bool:
        """Whether there is room, and the address is not in it yet."""
        return len(self.ready) < LARGEST and address not in self.addresses


def requests(ready: Iterable[Ready]) -> list[Sequence[Ready]]:
    """As few requests as it all fits in, grouped by what must be equal."""
    groups: dict[tuple[object, ...], list[Request]] = {}
    for one in ready:
        headers = one.message.headers
        same = (
            one.message.variant.key,
            headers.subject,
            headers.from_,
            headers.reply_to,
            headers.list_id,
            headers.feedback_id,
            headers.auto_submitted,
            headers.precedence,
            headers.extra,
        )
        address = headers.to_address.casefold()
        group = groups.setdefault(same, [])
        for place in group:
            if place.takes(address):
                break
        else:
            place = Request()
            group.append(place)
        place.ready.append(one)
        place.addresses.add(address)
    return [request.ready for group in groups.values() for request in group]


class Bodies:
    """Writes the requests of one batch. What stands for a token is the same in all of them."""

    def __init__(self, batch: str, wishes: Wishes) -> None:
        self._batch = batch
        self._wishes = wishes
        # Not to be guessed, so that no story can hold one.
        mark = f"dg{secrets.token_hex(10)}"
        self._keys = {token: f"{mark}{place}" for place, token in enumerate(Token)}
        self._templates: dict[str, tuple[list[Token], str]] = {}

    def ready(self, message: Message) -> Ready:
        """The reader's own part. Raises a DigestError if this API cannot carry ``message``."""
        told = message.headers
        to = f'"email": {quoted(ascii_address(told.to_address))}'
        if told.to_name and (name := clean_line(told.to_name, 120)):
            to += f', "name": {quoted(name)}'
        if told.extra:
            _headers(message)
        # The reference is kept by SendGrid for ever as no personal data: never an address.
        return Ready(
            message,
            f'{{"to": [{{{to}}}], "substitutions": {{{self._substitutions(message)}}}'
            f', "custom_args": {{"dg_delivery": {quoted(message.ref)}}}{self._leave(message)}}}',
        )

    def write(self, request: Sequence[Ready]) -> bytes:
        """The body of one request, in UTF-8."""
        first = request[0].message
        readers = ",".join([one.personalization for one in request])
        around = json.dumps(self._around(first))
        html, text = _parts(first.variant.fragments, self._keys)
        plain = [b'{"type": "text/plain", "value": "', *text, b'"}']
        rich = [b', {"type": "text/html", "value": "', *html, b'"}']
        head = f'{around[:-1]}, "personalizations": [{readers}], "content": ['
        if first.variant.plain:
            rich = []
        return b"".join([head.encode("ascii"), *plain, *rich, b"]}"])

    def _substitutions(self, message: Message) -> str:
        key = message.variant.key
        template = self._templates.get(key)
        if template is None:
            template = self._templates[key] = self._template(message.variant)
        used, text = template
        values: list[str] = []
        for token in used:
            value = message.tokens[token]
            told = quoted(value)
            values += (told, quoted(escape(value)) if _SPECIAL.search(value) else told)
        made = text % tuple(values)
        # As JSON it is never shorter than what SendGrid counts.
        if len(made) > SUBSTITUTIONS:
            raise BodyError("too many bytes of substitutions", ref=message.ref)
        return made

    def _template(self, variant: RenderedVariant) -> tuple[list[Token], str]:
        """The tokens of a variant, and the substitutions with a ``%s`` for each value."""
        used = _used(variant)
        return used, ", ".join(
            f'"{self._keys[token]}t": %s, "{self._keys[token]}h": %s' for token in used
        )

    def _leave(self, message: Message) -> str:
        if not message.headers.leave_url or self._wishes.asm_group is not None:
            return ""
        headers = message.headers
        link = quoted(ways_out(headers.leave_url, headers.leave_mailto))
        return (
            f', "headers": {{"List-Unsubscribe": {link}, '
            '"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}'
        )

    def _around(self, first: Message) -> dict[str, Any]:
        """All that a request's messages share, but the content."""
        headers, wishes = first.headers, self._wishes
        made: dict[str, Any] = {
            "from": _mailbox(headers.from_),
            "subject": clean_line(headers.subject, 250),
            "custom_args": _arguments(self._batch),
            # Said aloud: the account's own defaults would rewrite links and add a pixel.
            "tracking_settings": {
                "click_tracking": {"enable": False, "enable_text": False},
                "open_tracking": {"enable": False},
                "subscription_tracking": {"enable": False},
                "ganalytics": {"enable": False},
            },
            "mail_settings": {"sandbox_mode": {"enable": wishes.sandbox}},
        }
        edition = [headers.list_id.partition(".")[0]] if headers.list_id else []
        if categories := list(dict.fromkeys([*edition, *wishes.categories])):
            made["categories"] = categories[:CATEGORIES]
        if shared := _headers(first):
            made["headers"] = shared
        if headers.reply_to:
            made["reply_to"] = _mailbox(headers.reply_to)
        # Letters belong to no list: there is nothing to leave.
        if wishes.asm_group is not None and headers.leave_url:
            made["asm"] = {"group_id": wishes.asm_group}
        if wishes.send_at is not None:
            made |= {"send_at": int(wishes.send_at.timestamp()), "batch_id": wishes.schedule}
        return made


def _arguments(batch: str) -> dict[str, str]:
    """What every event brings back: of a batch its issue and attempt, of a letter its purpose."""
    issue, _, rest = batch.partition(".")
    made = {"dg_issue": issue, "dg_batch": batch}
    if attempt := rest.rpartition(".")[2]:
        made["dg_attempt"] = attempt
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


def _parts(
    fragments: Sequence[Fragment], keys: Mapping[Token, str]
) -> tuple[list[bytes], list[bytes]]:
    """HTML and text as they stand inside a JSON string, from fragments that are escaped already."""
    rich = {token: f"{key}h".encode() for token, key in keys.items()}
    plain = {token: f"{key}t".encode() for token, key in keys.items()}
    html: list[bytes] = []
    text: list[bytes] = []
    for fragment in fragments:
        escaped = fragment.forms.get(_JSON)
        if escaped is None:
            escaped = fragment.forms[_JSON] = _in_json(fragment.html), _in_json(fragment.text)
        html += [rich[one] if isinstance(one, Token) else one for one in escaped[0]]
        text += [plain[one] if isinstance(one, Token) else one for one in escaped[1]]
    return html, text


def _in_json(text: TokenText) -> tuple[bytes | Token, ...]:
    return tuple(
        piece
        if isinstance(piece, Token)
        else json.dumps(piece, ensure_ascii=False)[1:-1].encode("utf-8", "replace")
        for piece in text
    )
