"""E-mail addresses: which ones mail can reach, and when two are the same person's.

RFC 5321 and 5322 without what nobody's mailbox has (quoted local parts, address literals,
comments); RFC 6531 for local parts beyond ASCII; IDNA 2008 (UTS 46 mapping) for domains.
"""

import re
import unicodedata
from dataclasses import dataclass

import idna

from subscribers.errors import BadAddressError

ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
ASCII_LOCAL = re.compile(rf"{ATEXT}+(?:\.{ATEXT}+)*")
ASCII_SPECIALS = re.compile(r'[\x00-\x20\x7f"(),:;<>@\[\\\]]')
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
#: at least two labels, the last not a number
DOMAIN = re.compile(rf"(?:{LABEL}\.)+(?![0-9]+$){LABEL}")


@dataclass(frozen=True, slots=True)
class Address:
    """A mailable address."""

    #: as typed, in NFC, the domain in lower-case ASCII (IDNA); what mail is sent to
    email: str
    #: equal for two ways to write one address: the local part case-folded, for uniqueness only
    key: str

    @property
    def domain(self) -> str:
        """Where its mail goes."""
        return self.key.partition("@")[2]


def parse(text: str) -> Address:
    """Read an address.

    Raises BadAddressError saying what is wrong, without repeating the address.
    """
    local, at, domain = unicodedata.normalize("NFC", text.strip()).rpartition("@")
    if not at or not local:
        raise BadAddressError("there is no name and domain around an @")
    _check_local(local)
    host = _ascii_domain(domain)
    if len(local.encode()) + 1 + len(host) > 254:
        raise BadAddressError("longer than 254 octets")
    return Address(f"{local}@{host}", f"{_fold(local)}@{host}")


def mask(email: str) -> str:
    """``j•••@example.org``: enough for its owner to know it by, too little for others."""
    local, _, host = email.rpartition("@")
    try:
        domain = idna.decode(host) if "xn--" in host else host
    except idna.IDNAError:
        domain = host
    return f"{local[:1]}•••@{domain}"


def _check_local(local: str) -> None:
    if len(local.encode("utf-8", "surrogatepass")) > 64:
        raise BadAddressError("the part before the @ is longer than 64 octets")
    if local.isascii():
        if not ASCII_LOCAL.fullmatch(local):
            raise BadAddressError("the part before the @ has a character or dot out of place")
        return
    dots_wrong = local.startswith(".") or local.endswith(".") or ".." in local
    # C: controls, formats (bidi overrides, zero-width), surrogates, unassigned; Z: spaces
    unseen = any(unicodedata.category(char)[0] in "CZ" for char in local)
    if dots_wrong or unseen or ASCII_SPECIALS.search(local):
        raise BadAddressError("the part before the @ has a character or dot out of place")


def _ascii_domain(domain: str) -> str:
    host = domain.lower().removesuffix(".")
    if not host.isascii() or "xn--" in host:
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            # not chained: its text repeats the domain
            raise BadAddressError("the domain is not a valid international name") from None
    if len(host) > 253 or not DOMAIN.fullmatch(host):
        raise BadAddressError("the domain is not a host name with a dot")
    return host


def _fold(local: str) -> str:
    # Folding can undo a composition and composing can make a letter that folds again.
    folded = unicodedata.normalize("NFC", local.casefold())
    return unicodedata.normalize("NFC", folded.casefold())
