"""The one place where header fields become bytes.

Python's own policy.SMTP turns a List-Unsubscribe URL that does not fit a 78-character line into
encoded words, which kills one-click unsubscribe; so fields are written here. RFC 5322 (form),
RFC 2047 (encoded words), RFC 2369, RFC 2919 and RFC 8058 (lists), RFC 6532 (addresses in UTF-8).
"""

import re
from base64 import b64encode
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from urllib.parse import urlsplit

from digest.errors import DigestError
from digest.model import MailHeaders
from digest.render.addresses import ascii_address, split_mailbox, utf8_address
from digest.render.clean import clean_line, is_loopback

#: longer ones get folded or encoded by mail software on the way
LONGEST_LEAVE_URL = 72
_MAILTO = re.compile(r"mailto:[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+(?:\?subject=[A-Za-z0-9._~-]+)?")
_PLAIN_LEAVE = re.compile(r"https://[A-Za-z0-9._~/?&=-]{1,64}")
_LINE = 78
_WORD = 75

_MESSAGE_ID = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+")
_LIST_ID = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
_FEEDBACK_ID = re.compile(r"[!-~]{1,400}")
PRECEDENCE = ("bulk", "list", "")
_FIELD_NAME = re.compile(r"[A-Za-z0-9-]{1,76}")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")
_SPECIAL = re.compile(r"[^A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]")
_OURS = frozenset(
    {
        *("from", "to", "cc", "bcc", "subject", "date", "message-id", "reply-to", "sender"),
        *("list-id", "list-unsubscribe", "list-unsubscribe-post", "feedback-id", "auto-submitted"),
        *("precedence", "x-auto-response-suppress", "received", "return-path", "dkim-signature"),
        *("mime-version", "content-type", "content-transfer-encoding"),
    }
)


class HeaderError(DigestError):
    """A header field cannot be written."""


def write(headers: MailHeaders, *, utf8: bool = False) -> bytes:
    """The header block of one message, each field ended by CRLF, without the empty line after it.

    Names and the subject lose control and bidi-override characters; an address, identifier or URL
    that is not clean is refused. ``utf8``: the way speaks SMTPUTF8, so the reader's address may
    have any script before the @; all else is ASCII there too. Raises AddressError or HeaderError,
    neither with the value.
    """
    leave = headers.leave_url
    to = utf8_address(headers.to_address) if utf8 else ascii_address(headers.to_address)
    fields = [
        _sender(headers.from_, headers.reply_to),
        f"To: {mailbox('To', headers.to_name, to)}\r\n",
        _subject(headers.subject),
        _date(headers.date),
        f"Message-ID: <{_checked(headers.message_id, _MESSAGE_ID, 'Message-ID')}>\r\n",
        _list(headers.list_id, headers.precedence, has_leave_url=bool(leave)),
    ]
    if leave:
        fields.append(
            f"List-Unsubscribe: {ways_out(leave, headers.leave_mailto, fold=True)}\r\n"
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
        )
    if headers.feedback_id:
        told = _checked(headers.feedback_id, _FEEDBACK_ID, "Feedback-ID")
        fields.append(f"Feedback-ID: {told}\r\n")
    if headers.auto_submitted:
        fields.append("Auto-Submitted: auto-generated\r\n")
    fields += [_extra(name, value) for name, value in headers.extra]
    return "".join(fields).encode("utf-8" if utf8 else "ascii")


# What an issue's messages share is written once: these are asked the same again and again.


@lru_cache(64)
def _sender(from_: str, reply_to: str) -> str:
    named = [("From", from_)] + ([("Reply-To", reply_to)] if reply_to else [])
    written = ""
    for field, whole in named:
        name, address = split_mailbox(whole)
        written += f"{field}: {mailbox(field, name, ascii_address(address))}\r\n"
    return written


@lru_cache(1024)
def _subject(text: str) -> str:
    line = unstructured("Subject", clean_line(text, 250))
    return f"Subject: {line}\r\n" if line else ""


@lru_cache(64)
def _date(date: datetime) -> str:
    return f"Date: {format_datetime(date.astimezone(UTC))}\r\n"


@lru_cache(64)
def _list(list_id: str, precedence: str, *, has_leave_url: bool) -> str:
    if not list_id and not has_leave_url:
        return ""
    if precedence not in PRECEDENCE:
        raise HeaderError("must be bulk, list or nothing", header="Precedence")
    written = f"Precedence: {precedence}\r\n" if precedence else ""
    written += "X-Auto-Response-Suppress: OOF, AutoReply\r\n"
    if list_id:
        written += f"List-Id: <{_checked(list_id, _LIST_ID, 'List-Id')}>\r\n"
    return written


def _extra(name: str, value: str) -> str:
    if not _FIELD_NAME.fullmatch(name) or name.lower() in _OURS:
        raise HeaderError("this header is written here, or is no header name", header=name)
    line = unstructured(name, clean_line(value, 900))
    return f"{name}: {line}\r\n" if line else ""


def ways_out(url: str, mailto: str = "", *, fold: bool = False) -> str:
    """What List-Unsubscribe says: the HTTPS URI, then the mailto URI if there is one (RFC 8058).

    ``fold``: the second on a line of its own. Raises HeaderError.
    """
    if not mailto:
        return f"<{leave_url(url)}>"
    if len(mailto) > LONGEST_LEAVE_URL or not _MAILTO.fullmatch(mailto):
        problem = f"no plain mailto: address of at most {LONGEST_LEAVE_URL} characters"
        raise HeaderError(
            problem, header="List-Unsubscribe", hint="Shorten [sending] unsubscribe_mailto"
        )
    gap = ",\r\n " if fold else ", "
    return f"<{leave_url(url)}>{gap}<{mailto}>"


def leave_url(url: str) -> str:
    """``url`` if it may stand in List-Unsubscribe: one HTTPS URI of at most 72 characters.

    Plain http is allowed on loopback only, for the sample newsroom. Raises HeaderError.
    """
    if _PLAIN_LEAVE.fullmatch(url):
        return url  # nearly all of them, and five times as fast
    if len(url) > LONGEST_LEAVE_URL:
        problem = f"{len(url)} characters, at most {LONGEST_LEAVE_URL} are allowed"
        raise HeaderError(problem, header="List-Unsubscribe", hint="Shorten [web] public_url")
    if not re.fullmatch(r"https?://[A-Za-z0-9._~:/?#\[\]@!$&'()*+;=%-]+", url):
        raise HeaderError("not a plain ASCII https:// address", header="List-Unsubscribe")
    if urlsplit(url).scheme != "https" and not is_loopback(url):
        raise HeaderError("must be https://", header="List-Unsubscribe")
    return url


def mailbox(field: str, name: str, written: str) -> str:
    """``name <address>``, the name quoted or encoded as it needs. The address is written as is."""
    if _PLAIN_NAME.fullmatch(name) and len(field) + len(name) + len(written) <= _LINE - 5:
        return f"{name} <{written}>"
    name = clean_line(name, 120)
    if not name:
        return written
    if not name.isascii() or "=?" in name:
        phrase = _encoded(name, len(field) + 2)
    elif _SPECIAL.search(name):
        phrase = _folded('"' + re.sub(r'(["\\])', r"\\\1", name) + '"', len(field) + 2)
    else:
        phrase = _folded(name, len(field) + 2)
    last = phrase.rsplit("\r\n", 1)[-1]
    start = 0 if "\r\n" in phrase else len(field) + 2
    gap = " " if start + len(last) + len(written) + 3 <= _LINE else "\r\n "
    return f"{phrase}{gap}<{written}>"


def unstructured(field: str, text: str) -> str:
    """Free text, folded at spaces where it is ASCII, in encoded words where it is not."""
    longest_word = max(map(len, text.split(" ")), default=0)
    if not text.isascii() or "=?" in text or longest_word > 900:
        return _encoded(text, len(field) + 2)
    return _folded(text, len(field) + 2)


def _folded(text: str, used: int) -> str:
    """ASCII text broken at its spaces, so that lines stay within 78 where words allow."""
    lines, room = [""], _LINE - used
    for word in text.split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if len(joined) > room and lines[-1]:
            lines.append(word)
            room = _LINE - 1
        else:
            lines[-1] = joined
    return "\r\n ".join(lines)


def _encoded(text: str, used: int) -> str:
    """RFC 2047 encoded words; a character is never split between two."""
    quoted = "".join(_q(char) for char in text)
    in_base64 = len(quoted) > (len(text.encode()) + 2) // 3 * 4
    words: list[str] = []
    piece = ""
    for char in text:
        room = min(_WORD, _LINE - used if not words else _LINE - 1)
        if piece and len(_word(piece + char, in_base64=in_base64)) > room:
            words.append(_word(piece, in_base64=in_base64))
            piece = ""
        piece += char
    words.append(_word(piece, in_base64=in_base64))
    return "\r\n ".join(words)


def _word(text: str, *, in_base64: bool) -> str:
    if in_base64:
        return f"=?utf-8?b?{b64encode(text.encode()).decode()}?="
    return f"=?utf-8?q?{''.join(map(_q, text))}?="


def _q(char: str) -> str:
    if char == " ":
        return "_"
    # RFC 2047 §5 (3): only these may stand bare in a word of a display name
    if char.isascii() and (char.isalnum() or char in "!*+-/"):
        return char
    return "".join(f"={byte:02X}" for byte in char.encode())


def _checked(value: str, pattern: re.Pattern[str], header: str) -> str:
    if not pattern.fullmatch(value) or len(value) > 400:
        raise HeaderError("characters that may not stand there", header=header)
    return value
