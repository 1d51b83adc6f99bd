"""Whether the message's own bytes are what mail software reads without guessing.

RFC 5322 (fields, line lengths), RFC 2045 (MIME), RFC 2369, RFC 2919 and RFC 8058 (lists).
"""

import re
from collections import Counter
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from digest.model import Finding
from digest.preflight.hosts import host, matches
from digest.preflight.mail import Standard, shortened
from digest.preflight.proof import Proof, block, passed, warn
from digest.render.clean import is_loopback
from digest.render.headers import LONGEST_LEAVE_URL, PRECEDENCE

#: octets, without the line end (RFC 5322 §2.1.1)
LONGEST_LINE = 998
_NEEDED = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type")
_LIST = ("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post")
_ONCE = frozenset(name.lower() for name in (*_NEEDED, *_LIST, "Sender", "Reply-To", "Cc", "Bcc"))
_FIELD = re.compile(rb"([!-9;-~]+):[ \t]*(.*)", re.DOTALL)


def headers(proof: Proof) -> Iterator[Finding]:
    """The header block as written, then the whole message as the standard library reads it."""
    raw = proof.mail.raw
    if not raw:
        why = proof.mail.unbuilt or "there are no bytes to look at"
        yield _wrong("", f"the message cannot be built: {why}")
        return
    head = raw.partition(b"\r\n\r\n")[0]
    if not head.isascii():
        yield _wrong("", "a header holds letters that are not encoded")
    if any(len(line) > LONGEST_LINE for line in raw.split(b"\r\n")):
        yield _wrong("", f"a line is longer than {LONGEST_LINE} bytes")
    if re.search(rb"(?<!\r)\n|\r(?!\n)", raw):
        yield _wrong("", "a line ends in something else than CRLF")
    found = _fields(head)
    yield from _presence(found)
    yield from _list(dict(found), proof.standard)
    yield from _defects(raw)
    yield passed("headers", f"{len(found)} fields; the message reads back without defects")


def _fields(head: bytes) -> list[tuple[str, str]]:
    """Lower-case names and values as they stand, folds and all."""
    lines = re.split(rb"\r\n(?![ \t])", head)
    parts = [_FIELD.fullmatch(line) for line in lines]
    return [
        (part[1].decode("latin-1").lower(), part[2].decode("latin-1")) for part in parts if part
    ]


def _presence(found: list[tuple[str, str]]) -> Iterator[Finding]:
    counts = Counter(name for name, _ in found)
    filled = {name for name, value in found if value.strip()}
    for name in (*_NEEDED, *_LIST):
        if name.lower() not in filled:
            yield _wrong(name, f"{name} is missing")
    for name, count in counts.items():
        if count > 1 and name in _ONCE:
            yield _wrong(name, f"{name} stands there {count} times")


def _list(found: dict[str, str], standard: Standard) -> Iterator[Finding]:
    """One-click unsubscribe: one https URI, perhaps a mailto on the next line, and the POST's word.

    A fold between the two is as RFC 5322 has it; inside of one it would break the address.
    """
    value = found.get("list-unsubscribe", "")
    uris = re.findall(r"<([^<>]*)>", value)
    web = [uri for uri in uris if uri.lower().startswith(("https://", "http://"))]
    if value and ("\n" in re.sub(r">,\r\n <", ">, <", value) or "=?" in value):
        yield _wrong("List-Unsubscribe", "List-Unsubscribe is folded or encoded")
    if value and (len(web) != 1 or not _secure(web[0], standard)):
        yield _wrong("List-Unsubscribe", "List-Unsubscribe must hold exactly one https address")
    others = [uri for uri in uris if uri not in web]
    if web and uris[0] not in web:
        yield _wrong("List-Unsubscribe", "the https address must stand first")
    if any(not re.fullmatch(r"mailto:[^\s@<>]+@[^\s@<>]+", uri) for uri in others):
        yield _wrong("List-Unsubscribe", "beside the https address only a mailto may stand")
    if any(len(uri) > LONGEST_LEAVE_URL for uri in uris):
        yield warn(
            "headers",
            f"the address is longer than {LONGEST_LEAVE_URL} characters: mail software on the way "
            "may fold or encode it",
            where="List-Unsubscribe",
            fix="Shorten public_url in [web], or unsubscribe_mailto in [sending]",
        )
    post = found.get("list-unsubscribe-post", "")
    if post and post.strip() != "List-Unsubscribe=One-Click":
        yield _wrong("List-Unsubscribe-Post", "it must say List-Unsubscribe=One-Click")
    if found.get("precedence", "").strip() not in PRECEDENCE:
        yield _wrong("Precedence", "it must say bulk, list or nothing")
    name = found.get("list-id", "")
    if name and not re.fullmatch(r"[^<>]*<[\w-]+(?:\.[\w-]+)+>", name):
        yield _wrong("List-Id", "it must be a dotted name in angle brackets")


def _secure(uri: str, standard: Standard) -> bool:
    """https; on a trial plain http on this machine too."""
    trial = is_loopback(uri) and matches(host(uri), standard.live_hosts)
    return trial or uri.lower().startswith("https://")


def _defects(raw: bytes) -> Iterator[Finding]:
    """What the standard library had to guess at."""
    try:
        told = list(_guesses(raw))
    except Exception as error:  # noqa: BLE001 - its header parser raises what it did not mean to
        told = [type(error).__name__]
    for one in dict.fromkeys(told):
        yield _wrong("", f"the message does not read back as it should: {shortened(one)}")


def _guesses(raw: bytes) -> Iterator[str]:
    message = BytesParser(EmailMessage, policy=policy.default).parsebytes(raw)
    for part in message.walk():
        yield from (type(defect).__name__ for defect in part.defects)
    for name, value in message.items():
        for defect in getattr(value, "defects", ()):
            yield f"{name}: {type(defect).__name__}"
    kinds = {part.get_content_type() for part in message.walk()}
    if missing := {"text/plain", "text/html"} - kinds:
        yield f"no part is {', '.join(sorted(missing))}"


def _wrong(where: str, why: str) -> Finding:
    fix = "Look at from, reply_to and public_url in config.toml; if they are right, tell us"
    return block("headers", why, where=where, fix=fix)
