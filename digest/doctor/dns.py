"""Questions to DNS, by dnspython. What is not there is empty; only silence is an error."""

from collections.abc import Sequence
from ipaddress import ip_address

import dns.exception
import dns.name
import dns.resolver
import dns.reversename
from dns.rdata import Rdata
from dns.rdtypes.ANY.CNAME import CNAME
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.ANY.PTR import PTR
from dns.rdtypes.ANY.TXT import TXT

from digest.errors import DigestError

#: of one question, with all its repetitions; in seconds
LIFETIME = 4.0


class DnsError(DigestError):
    """DNS did not answer a question."""


class Dns:
    """Asks the system's name servers, or the one that is named. Shared by threads."""

    def __init__(self, nameserver: str = "", port: int = 53, lifetime: float = LIFETIME) -> None:
        """Raises DnsError where the system has no name server, ValueError for a bad address."""
        try:
            self._resolver = dns.resolver.Resolver(configure=not nameserver)
        except dns.resolver.NoResolverConfiguration as error:
            raise DnsError(
                "this machine has no name server", hint="see /etc/resolv.conf"
            ) from error
        if nameserver:
            self._resolver.nameservers = [nameserver]
            self._resolver.port = port
        self._resolver.lifetime = lifetime
        self._resolver.timeout = lifetime / 2
        # What several checks ask for is asked once.
        self._resolver.cache = dns.resolver.LRUCache()

    def txt(self, name: str) -> tuple[str, ...]:
        """Each TXT record, its strings joined as SPF, DKIM and DMARC join them."""
        found = self._ask(name, "TXT")
        return tuple(
            b"".join(one.strings).decode("utf-8", "replace")
            for one in found
            if isinstance(one, TXT)
        )

    def mx(self, name: str) -> tuple[str, ...]:
        """The hosts that take mail, the preferred first; ``""`` for a null MX (RFC 7505)."""
        found = [one for one in self._ask(name, "MX") if isinstance(one, MX)]
        found.sort(key=lambda one: one.preference)
        return tuple(_plain(one.exchange) for one in found)

    def addresses(self, name: str) -> tuple[str, ...]:
        """IPv4 and IPv6 addresses, in text."""
        return tuple(one.to_text() for kind in ("A", "AAAA") for one in self._ask(name, kind))

    def cname(self, name: str) -> str:
        """Where an alias leads; empty where ``name`` is none."""
        found = [one for one in self._ask(name, "CNAME") if isinstance(one, CNAME)]
        return _plain(found[0].target) if found else ""

    def reverse(self, address: str) -> tuple[str, ...]:
        """The names of an address."""
        name = dns.reversename.from_address(str(ip_address(address)))
        found = self._ask(name.to_text(), "PTR")
        return tuple(_plain(one.target) for one in found if isinstance(one, PTR))

    def _ask(self, name: str, kind: str) -> Sequence[Rdata]:
        try:
            answer = self._resolver.resolve(name, kind, raise_on_no_answer=False, search=False)
        except (dns.resolver.NXDOMAIN, dns.name.LabelTooLong, dns.name.EmptyLabel):
            return ()
        except dns.exception.DNSException as error:
            raise DnsError(
                f"DNS does not answer for {name} {kind}",
                hint="see whether this machine's name server works, or name one by --nameserver",
            ) from error
        return tuple(answer.rrset or ())


def _plain(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower() if name != dns.name.root else ""
