"""Where the readers' forms stand on the web, and who else may post to them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Our own address, and what is told of others'."""

    #: ``https://news.example.org``
    public_url: str
    #: sites whose pages may post JSON
    origins: frozenset[str] = frozenset()
    #: the header in which a proxy of ours tells the reader's address
    address_header: str = ""
