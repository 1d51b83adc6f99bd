"""Addresses that sources may not live at, in every way of writing them."""

from ipaddress import ip_address, ip_network

import pytest

from digest.errors import SourceError
from digest.sources.fetch import Fetcher
from digest.sources.guard import AddressRefusedError, AddressRules
from tests.sources.origin import LOOPBACK, Origin, fetcher

PRIVATE = [
    "127.0.0.1", "127.255.1.1", "0.0.0.0", "10.0.0.1", "172.16.5.5", "192.168.1.1", "100.64.0.1",
    "100.100.100.200", "169.254.169.254", "168.63.129.16", "192.0.2.1", "198.18.0.1", "224.0.0.1",
    "255.255.255.255", "::", "::1", "::127.0.0.1", "fc00::1", "fd00:ec2::254", "fe80::1",
    "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2002:7f00:1::", "2001:db8::1",
]  # fmt: skip
PUBLIC = ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_refused(address: str) -> None:
    with pytest.raises(AddressRefusedError):
        AddressRules().check("host", ip_address(address), 80)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_pass_on_web_ports(address: str) -> None:
    AddressRules().check("host", ip_address(address), 443)
    with pytest.raises(AddressRefusedError, match="port 6379"):
        AddressRules().check("host", ip_address(address), 6379)


def test_the_operators_own_networks_pass_on_any_port() -> None:
    rules = AddressRules(allow_private=(ip_network("10.1.0.0/16"),))
    rules.check("host", ip_address("10.1.2.3"), 8080)
    with pytest.raises(AddressRefusedError):
        rules.check("host", ip_address("10.2.2.3"), 80)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "0", "127.1", "2130706433", "0x7f.1", "0177.0.0.1",
     "[::ffff:127.0.0.1]", "[::1]", "[64:ff9b::7f00:1]"],
)  # fmt: skip
def test_no_spelling_of_loopback_is_dialled(origin: Origin, host: str) -> None:
    port = origin.url.rpartition(":")[2]
    with pytest.raises(SourceError):
        Fetcher("digest-tests").fetch(f"http://{host}:{port}/")
    assert origin.requests == []


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://127.0.0.1/", "//127.0.0.1/", "/etc/passwd", "gopher://x/",
     "javascript:alert(1)", "http://", "http://user:secret@127.0.0.1/", "http://[::1", ""],
)  # fmt: skip
def test_only_plain_web_addresses_are_fetched(url: str) -> None:
    with pytest.raises(AddressRefusedError) as caught:
        Fetcher("digest-tests", allow_private=LOOPBACK).fetch(url)
    assert "secret" not in str(caught.value)


def test_a_redirect_to_a_private_address_is_refused(origin: Origin) -> None:
    """The first hop is allowed here, the second is not in the allowed network."""
    url = origin.gives("/", b"", 302, Location="http://169.254.169.254/latest/meta-data/")
    with pytest.raises(AddressRefusedError, match="private address 169"):
        fetcher().fetch(url)


def test_a_redirect_to_a_file_is_refused(origin: Origin) -> None:
    with pytest.raises(AddressRefusedError, match="only http and https"):
        fetcher().fetch(origin.gives("/", b"", 302, Location="file:///etc/passwd"))
