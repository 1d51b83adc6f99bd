"""Where a source lives: permanent redirects are believed when they are still there another day.

A wrong 301 is often gone within the hour, so one is followed each time and remembered only after
the same target on two days. Pure.
"""

from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from digest.model import SourceMemory
from digest.sources.fetch import FetchedBody


def address(url: str, memory: SourceMemory) -> str:
    """Where to ask for the source configured as ``url``."""
    return memory.address or url


def learn(
    url: str, memory: SourceMemory, answer: FetchedBody, now: datetime
) -> tuple[SourceMemory, str]:
    """What a good answer teaches about where the source lives, and a note for the operator.

    The note is there as long as the source is read at another site than the configured one.
    """
    target = answer.moved_to
    if not target:
        learnt = replace(memory, moving_to="", moving_since=None)
    elif target != memory.moving_to or memory.moving_since is None:
        learnt = replace(memory, moving_to=target, moving_since=now)
    elif now.date() > memory.moving_since.date():
        learnt = replace(memory, address=target, moving_to="", moving_since=None)
    else:
        learnt = memory
    lives = target or learnt.address
    if lives and not same_site(url, lives):
        host = urlsplit(lives).hostname
        return learnt, f"it has moved to {host}; if that is right, put {lives} in its settings"
    if learnt.address and learnt.address != memory.address:
        return learnt, f"it has moved for good; put {learnt.address} in its settings"
    return learnt, ""


def same_site(one: str, other: str) -> bool:
    """Whether two addresses are surely of one registrable domain: the same host, or one below.

    Without a list of public suffixes nothing more is sure: two names under ``co.uk`` are not.
    """
    first, second = (
        (urlsplit(url).hostname or "").lower().removeprefix("www.") for url in (one, other)
    )
    return first == second or first.endswith(f".{second}") or second.endswith(f".{first}")
