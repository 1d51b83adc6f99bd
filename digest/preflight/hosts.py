"""What a host's name tells: for readers, on a network of one's own, or for trying things out."""

import re
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from digest.preflight.mail import Standard

#: names that no reader can reach (RFC 6761, 6762, 8375, 9476)
_OWN_NETWORK = (
    *("localhost", "*.localhost", "*.local", "*.internal", "*.lan", "*.home.arpa"),
    *("*.test", "*.invalid", "*.alt"),
)
#: names that documentation may use, and nobody can own (RFC 2606)
_EXAMPLES = (
    *("*.example", "example.com", "example.net", "example.org"),
    *("*.example.com", "*.example.net", "*.example.org"),
)
#: a host below one's own domain, by what its label says
_TRIALS = frozenset({"staging", "dev", "preview", "preprod", "uat"})


def host(url: str) -> str:
    """The host of ``url``, lower case; empty where there is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether ``name`` is one of ``patterns``; ``*.paper.org`` means all hosts below."""
    return any(
        name.endswith(pattern[1:]) if pattern.startswith("*.") else name == pattern
        for pattern in patterns
    )


def belongs(name: str, sites: Iterable[str]) -> bool:
    """Whether ``name`` is one of ``sites`` or a host below one."""
    bare = [site.removeprefix("www.") for site in sites]
    return any(name == site or name.endswith(f".{site}") for site in bare)


def not_for_readers(name: str, standard: Standard) -> str:
    """Why readers cannot or should not be sent to a host; empty where they can."""
    if matches(name, standard.live_hosts):
        return ""
    if matches(name, standard.staging_hosts):
        return "one of your staging_hosts"
    try:
        return "" if ip_address(name).is_global else "an address of a private network"
    except ValueError:
        pass
    # A name that ends in a number is an address in an old notation, such as 0x7f.1.
    number = re.fullmatch(r"0x[0-9a-f]*|\d+", name.rpartition(".")[2])
    if "." not in name or number or matches(name, _OWN_NETWORK):
        return "a name that only a private network knows"
    # The last two labels are somebody's domain: dev.to is one.
    if _TRIALS.intersection(name.split(".")[:-2]):
        return "by its name a place for trying things out"
    return ""


def is_example(name: str, standard: Standard) -> bool:
    """Whether a host is a name for documentation, which nobody can own."""
    return matches(name, _EXAMPLES) and not matches(name, standard.live_hosts)
