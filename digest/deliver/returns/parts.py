"""Parts of a foreign mail as text; what cannot be decoded is read as it stands."""

from collections.abc import Iterator, Sequence
from email.message import Message

#: characters of one part that are looked at
LONGEST = 64 * 1024
#: parts whose words are looked at
_MOST = 10


def heading(message: Message, name: str) -> str:
    """A header's first value on one line; empty if there is none."""
    return next(iter(fields(message, name)), "")


def fields(message: Message, name: str) -> list[str]:
    """All values of a header."""
    return [" ".join(str(value)[:2000].split()) for value in message.get_all(name, [])[:20]]


def leaves(parts: Sequence[Message]) -> Iterator[Message]:
    """The parts that hold text themselves."""
    for part in parts:
        if not part.is_multipart() and part.get_content_maintype() in {"text", "message"}:
            yield part


def text(part: Message) -> str:
    """A leaf's text, decoded."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    return payload[:LONGEST].decode("utf-8", "replace")


def texts(parts: Sequence[Message]) -> list[str]:
    """What a mail says in words, without mails inside it."""
    found = []
    for part in parts:
        if part.get_content_type() == "message/rfc822":
            break
        # A multipart that is none, for want of its boundary, is text too.
        if not part.is_multipart() and part.get_content_maintype() in {"text", "multipart"}:
            found.append(text(part))
    return found[:_MOST]
