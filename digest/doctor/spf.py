"""SPF records as receivers count them (RFC 7208): lookups, void lookups, mistakes. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from typing import Protocol

#: terms that ask DNS, and answers without records, before a receiver gives up (§4.6.4)
MOST_LOOKUPS, MOST_VOID = 10, 2
#: so far a record is followed, to tell by how much it is too long
_FOLLOWED = 30
_VERSION = re.compile(r"v=spf1(?: |$)", re.IGNORECASE)
_MECHANISM = re.compile(
    r"(?P<sign>[+\-~?]?)(?P<name>all|include|a|mx|ptr|ip4|ip6|exists)"
    r"(?::(?P<value>[^\s]+?))?(?P<mask>(?:/\d{1,3})?(?://\d{1,3})?)",
    re.IGNORECASE,
)
_MODIFIER = re.compile(r"(?P<name>[a-z][\w.-]*)=(?P<value>\S*)", re.IGNORECASE)


class Names(Protocol):
    """What SPF asks of DNS."""

    def txt(self, name: str) -> Sequence[str]:
        """TXT records."""

    def mx(self, name: str) -> Sequence[str]:
        """Mail hosts."""

    def addresses(self, name: str) -> Sequence[str]:
        """Addresses."""


@dataclass(slots=True)
class Spf:
    """What was found at a domain and behind its includes."""

    #: the domain's own records: one, if all is well
    records: tuple[str, ...] = ()
    lookups: int = 0
    voids: int = 0
    #: what becomes of other servers' mail: ``-``, ``~``, ``?``, ``+``; empty: it does not say
    rest: str = ""
    #: why receivers give up on the record (permerror), in words
    broken: list[str] = field(default_factory=list)
    #: terms that work and should not be there
    doubtful: list[str] = field(default_factory=list)


def records(told: Sequence[str]) -> tuple[str, ...]:
    """Those of a name's TXT records that are SPF (§4.5)."""
    return tuple(one for one in told if _VERSION.match(one))


def read(domain: str, names: Names) -> Spf:
    """The record of ``domain``, followed through its includes as a receiver would."""
    found = Spf(records=records(names.txt(domain)))
    if len(found.records) == 1:
        _Walk(found, names).follow(domain, found.records[0], own=True)
    return found


class _Walk:
    def __init__(self, found: Spf, names: Names) -> None:
        self._found = found
        self._names = names

    def follow(self, domain: str, record: str, *, own: bool) -> None:
        redirect, ended = "", False
        for term in record.split()[1:]:
            if found := _MECHANISM.fullmatch(term):
                ended |= found["name"].lower() == "all"
                self._mechanism(domain, term, found, own=own)
            elif found := _MODIFIER.fullmatch(term):
                redirect = found["value"] if found["name"].lower() == "redirect" else redirect
            else:
                self._found.broken.append(f"“{term}” of {domain} is no term of SPF")
        if redirect and not ended:
            self._into(redirect, own=own)

    def _mechanism(self, domain: str, term: str, found: re.Match[str], *, own: bool) -> None:
        name, value = found["name"].lower(), found["value"] or ""
        if name == "all" and own:
            self._found.rest = found["sign"] or "+"
        elif name in {"ip4", "ip6"}:
            if not _network(name, value + found["mask"]):
                self._found.broken.append(f"“{term}” of {domain} holds no address")
        elif name == "include":
            if value:
                self._into(value, own=False)
            else:
                self._found.broken.append(f"“{term}” of {domain} names no domain")
        elif name != "all":
            self._ask(name, value or domain)
            if name == "ptr":
                self._found.doubtful.append(
                    f"“{term}” of {domain}: RFC 7208 §5.5 says not to use it"
                )

    def _into(self, domain: str, *, own: bool) -> None:
        self._found.lookups += 1
        if self._found.lookups > _FOLLOWED or "%" in domain:
            return
        told = self._names.txt(domain)
        self._found.voids += not told
        behind = records(told)
        if len(behind) != 1:
            count = "several SPF records" if behind else "no SPF record"
            self._found.broken.append(f"{domain}, which it includes, has {count}")
            return
        self.follow(domain, behind[0], own=own)

    def _ask(self, name: str, domain: str) -> None:
        self._found.lookups += 1
        # Macros (§7) depend on the mail; nobody can say beforehand what they ask for.
        if self._found.lookups > _FOLLOWED or "%" in domain or name == "ptr":
            return
        there = self._names.mx(domain) if name == "mx" else self._names.addresses(domain)
        self._found.voids += not there


def _network(name: str, value: str) -> bool:
    try:
        IPv4Network(value, strict=False) if name == "ip4" else IPv6Network(value, strict=False)
    except ValueError:
        return False
    return True
