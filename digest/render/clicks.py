"""Links that lead through our own site, so that their clicks are counted."""

from typing import NamedTuple

from digest.model import Clicks, Utm
from digest.render.utm import tagged


class Counted(NamedTuple):
    """What counted links start with, and what they end in."""

    base: str
    #: what stands for the reader where links tell who follows them; else nothing
    ending: str = ""


def counted(clicks: Clicks | None, reader: str = "") -> Counted | None:
    """How links lead; ``reader`` stands for what tells readers apart. None: where they say."""
    if clicks is None:
        return None
    return Counted(clicks.base, reader if clicks.personal else "")


def leading(url: str, path: str, utm: Utm | None, by: Counted | None) -> str:
    """Where a link leads: to ``url`` with ``utm`` on it, or where its clicks are counted.

    What is counted gets its parameters on the way. ``url`` is what ``web_url`` made; empty stays
    empty.
    """
    if by is None or not path or not url:
        return tagged(url, utm)
    return f"{by.base}{path}{by.ending}"
