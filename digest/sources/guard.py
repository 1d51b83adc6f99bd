"""Which addresses may be spoken to, checked on the address that is really dialled.

A name is resolved here and the very address that passed is connected to, so an answer that
changes between check and use (DNS rebinding) gains nothing. It holds for every redirect, since
each opens its connection here. The list follows the IANA special-purpose registries (RFC 6890).
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

import httpcore2

from digest.errors import SourceError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
#: the addresses of a name and port
Resolve = Callable[[str, int], list[Address]]
SocketOption = (
    tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
)

WEB_PORTS = frozenset({80, 443})

#: IPv4 addresses that travel inside IPv6 (RFC 6052): judged as what they stand for
_NAT64 = IPv6Network("64:ff9b::/96")
#: on top of what ``is_global`` already refuses
_REFUSED = tuple(
    ip_network(network)
    for network in (
        "168.63.129.16/32",  # a cloud's metadata service on a public address
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "2001::/32",  # Teredo: any IPv4 address may hide inside
        "2002::/16",  # 6to4: the same
        "64:ff9b:1::/48",  # local-use NAT64 (RFC 8215)
        "::/96",  # IPv4-compatible, long deprecated
        "fec0::/10",  # site-local (RFC 3879)
    )
)


class AddressRefusedError(SourceError):
    """The address is not one that a source may live at."""


class TooSlowError(SourceError):
    """The server took too long."""


class Deadline:
    """The moment by which a whole fetch, with all its redirects, must be over."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left. Raises TooSlowError when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TooSlowError(
                "the server took too long", hint="It is tried again at the next poll"
            )
        return left


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRules:
    """Where sources may live: public addresses on web ports, and the operator's own networks."""

    allow_private: tuple[Network, ...] = ()
    ports: frozenset[int] = WEB_PORTS

    def check(self, host: str, address: Address, port: int) -> None:
        """Raise AddressRefusedError unless ``address`` may be dialled."""
        meant = _meant(address)
        if any(meant in network for network in self.allow_private):
            return
        refused = any(meant in network for network in _REFUSED)
        if refused or not meant.is_global or meant.is_multicast:
            raise AddressRefusedError(
                f"{host} leads to the private address {meant}",
                hint="If that is your own network, add it to allow_private in [gather]",
            )
        if port not in self.ports:
            raise AddressRefusedError(
                f"port {port} of {host} is not a web port", hint="Use an address on port 80 or 443"
            )


def _meant(address: Address) -> Address:
    """The address that packets will reach: IPv4 written as IPv6 is IPv4."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


class GuardedBackend(httpcore2.NetworkBackend):
    """Opens connections for one fetch: only to addresses that pass, only until the deadline."""

    def __init__(self, rules: AddressRules, deadline: Deadline, resolve: Resolve) -> None:
        self._rules = rules
        self._deadline = deadline
        self._resolve = resolve
        self._plain = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first of the name's addresses that answers; all of them must pass."""
        addresses = self._resolve(host, port)
        for address in addresses:
            self._rules.check(host, address, port)
        failure: httpcore2.ConnectError | httpcore2.ConnectTimeout | None = None
        for address in addresses:
            try:
                stream = self._plain.connect_tcp(
                    str(address),
                    port,
                    _shorter(timeout, self._deadline),
                    local_address,
                    socket_options,
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return DeadlineStream(stream, self._deadline)
        raise failure or httpcore2.ConnectError(f"{host} has no address")


class DeadlineStream(httpcore2.NetworkStream):
    """A connection whose every read and write ends with the fetch's deadline.

    Without it a server that sends one byte now and then (slow loris) would hold a thread for ever.
    """

    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there."""
        return self._stream.read(max_bytes, _shorter(timeout, self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write it all."""
        self._stream.write(buffer, _shorter(timeout, self._deadline))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        """Encrypt; the certificate is checked against the name, not the address."""
        inner = self._stream.start_tls(
            ssl_context, server_hostname, _shorter(timeout, self._deadline)
        )
        return DeadlineStream(inner, self._deadline)

    def get_extra_info(self, info: str) -> object:
        """Facts about the socket."""
        return self._stream.get_extra_info(info)


def _shorter(timeout: float | None, deadline: Deadline) -> float:
    left = deadline.left()
    return left if timeout is None else min(timeout, left)


def resolve(host: str, port: int) -> list[Address]:
    """All addresses of a name. ``0x7f.1``, ``2130706433`` and the like are names here too."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SourceError(
            f"{host} has no address", hint="Check its spelling, and this machine's name service"
        ) from error
    return list(dict.fromkeys(ip_address(entry[4][0]) for entry in found))
