"""Where a request comes from: the peer, or whom a proxy that we trust names."""

import ipaddress
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import Scope

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
#: characters of an IPv6 address, and of what is kept of any
LONGEST = 45
#: headers by which proxies tell whom they pass on
PASSED_ON = ("x-forwarded-for", "forwarded", "x-real-ip")


def place_of(scope: Scope, proxies: Sequence[Network]) -> str:
    """The IP address of who asks; empty if it cannot be told.

    X-Forwarded-For is believed from right to left, as long as trusted proxies tell it: whatever
    stands further left, anybody may have written.
    """
    client = scope.get("client")
    place = str(client[0]) if client else ""
    told = ",".join(Headers(scope=scope).getlist("x-forwarded-for")).split(",")
    while told and _trusted(place, proxies):
        named = told.pop().strip()
        if _address(named) is None:
            break
        place = named
    return place[:LONGEST]


def counted(place: str) -> str:
    """What limits know a place by: of IPv6 a network of 64 bits is one household's."""
    address = _address(place)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return place


def _trusted(place: str, proxies: Sequence[Network]) -> bool:
    address = _address(place)
    return address is not None and any(address in one for one in proxies)


def _address(place: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(place)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
