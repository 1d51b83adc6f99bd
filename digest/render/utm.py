"""Puts UTM parameters on links: each once, at the end of the query, all else left as it was."""

import re
from urllib.parse import quote, unquote_plus, urlsplit

from digest.model import Utm


def tagged(url: str, utm: Utm | None) -> str:
    """A web address with those of ``utm`` that it does not carry yet.

    Tagged twice is tagged once. ``url`` is what ``web_url`` made; empty stays empty.
    """
    if utm is None or not url or not _meant(url, utm.hosts):
        return url
    main, hash_, fragment = url.partition("#")
    address, _, query = main.partition("?")
    there = {unquote_plus(one.partition("=")[0]).lower() for one in re.split("[&;]", query)}
    added = "&".join(
        f"{name}={quote(value, safe='')}" for name, value in utm.parameters if name not in there
    )
    if not added:
        return url
    gap = "&" if query and not query.endswith("&") else ""
    return f"{address}?{query}{gap}{added}{hash_}{fragment}"


def _meant(url: str, hosts: tuple[str, ...]) -> bool:
    name = urlsplit(url).hostname or ""
    return not hosts or any(
        name.endswith(one[1:]) if one.startswith("*.") else name == one for one in hosts
    )
