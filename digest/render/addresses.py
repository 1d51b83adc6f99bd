"""A mailbox as it may stand in a header: an address that transports can carry, a clean name."""

import re
from email.utils import parseaddr
from unicodedata import category

import idna

from digest.errors import DigestError

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_DOT_ATOM = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")

# letters, digits and inner hyphens; anything else, also "xn--", is idna's to judge
_PLAIN_LABEL = r"(?![xX][nN]--)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PLAIN_HOST = re.compile(rf"{_PLAIN_LABEL}(?:\.{_PLAIN_LABEL})*")

# the same with all limits kept and nothing to change
_PLAIN = re.compile(
    r"[A-Za-z0-9_+-]{1,20}(?:\.[A-Za-z0-9_+-]{1,20}){0,2}@[a-z0-9]{1,60}(?:\.[a-z0-9]{1,60}){1,3}"
)


#: of an address whose part before the @ is not ASCII: that needs SMTPUTF8 (RFC 6531), and punycode
#: there would name another mailbox
BEYOND_ASCII = "eai_unsupported"


class AddressError(DigestError):
    """An address cannot be written into a message.

    ``reason`` is ``bad_address``, or ``BEYOND_ASCII`` where the address is fine but the way is not.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def ascii_address(address: str) -> str:
    """``address`` for a header or an SMTP envelope, its domain in IDNA 2008 (RFC 5891).

    Raises AddressError, which never carries the address.
    """
    if _PLAIN.fullmatch(address):  # nearly all of them, and three times as fast
        return address
    written = utf8_address(address)
    if not written.isascii():
        raise AddressError(BEYOND_ASCII)
    return written


def utf8_address(address: str) -> str:
    """The same for a way that speaks SMTPUTF8: before the @ any script (RFC 6531 §3.3, RFC 6532).

    The domain is in IDNA here too, which every server can look up. Raises AddressError.
    """
    if _PLAIN.fullmatch(address):
        return address
    local, at, domain = address.strip().rpartition("@")
    if not at or not local or not domain or re.search(r"[\x00-\x20\x7f-\x9f<>()]", local + domain):
        raise AddressError("bad_address")
    host = _host(domain)
    if not _dot_atom(local):
        if re.search(r"[\"\\]", local) or not local.isascii():
            raise AddressError("bad_address")
        local = f'"{local}"'  # RFC 5322 §3.4.1: old mailboxes with two dots and the like
    octets = len(local.encode())
    if octets > 64 or octets + 1 + len(host) > 254:
        raise AddressError("bad_address")
    return f"{local}@{host}"


def _dot_atom(local: str) -> bool:
    if local.isascii():
        return _DOT_ATOM.fullmatch(local) is not None
    # C: controls, overrides, surrogates; Z: spaces that a header would be folded at or lose
    seen = not any(category(char)[0] in "CZ" for char in local)
    return seen and _DOT_ATOM.fullmatch(re.sub(r"[^\x00-\x7f]", "x", local)) is not None


def _host(domain: str) -> str:
    if _PLAIN_HOST.fullmatch(domain):  # nearly all of them, and a hundred times as fast
        return domain.lower()
    try:
        return idna.encode(domain.rstrip("."), uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise AddressError("bad_address") from error


def split_mailbox(mailbox: str) -> tuple[str, str]:
    """Name and address of ``The Meridian <news@example.org>`` or of a bare address."""
    return parseaddr(mailbox)
