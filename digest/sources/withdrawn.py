"""Which posts a WordPress site has taken back since the last poll.

Nothing in the API tells it: a post that is trashed, made private or a draft again is no longer
there. So what was there at the last poll and is not now is asked for by number; most of it has
only grown older than a poll looks back.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from digest.errors import SourceError
from digest.model import Reject, RejectReason
from digest.sources.identity import wordpress_alias
from digest.sources.wordpress_rest import RestApi

#: a page of the API holds 100; one is kept for a post that is surely there
_AT_ONCE = 99


@dataclass(frozen=True, slots=True)
class Recall:
    """What became of the posts of the last poll."""

    gone: tuple[Reject, ...]
    #: the published posts to ask about at the next poll, by number
    posts: tuple[int, ...]


def recall(api: RestApi, rows: Iterable[object], before: Collection[int]) -> Recall:
    """Look for the posts ``before`` that are not among ``rows``, what the site gives now."""
    there = {row["id"]: row for row in rows if isinstance(row, dict) and _number(row.get("id"))}
    published = [key for key, row in there.items() if row.get("status", "publish") == "publish"]
    missing = sorted(set(before) - there.keys())[-_AT_ONCE:]
    if not missing:
        return Recall((), tuple(sorted(published)))
    found = _found(api, missing, published[:1])
    if found is None:
        return Recall((), tuple(sorted({*published, *missing})))
    gone = tuple(
        Reject(
            entry=str(key),
            reason=RejectReason.WITHDRAWN,
            detail="it is no longer there",
            aliases=(wordpress_alias(api.root, key),),
        )
        for key in missing
        if key not in found
    )
    return Recall(gone, tuple(sorted(published)))


def _found(api: RestApi, missing: Sequence[int], sure: Sequence[int]) -> set[int] | None:
    """Those of the posts that are still there; None where the answer cannot be trusted.

    A cache or plugin that ignores the question gives other posts, or leaves out one that was
    there a moment ago. Taking a story from an issue by mistake is worse than asking again.
    """
    asked = [*missing, *sure]
    try:
        rows, _ = api.posts(1, include=",".join(map(str, asked)), per_page="100")
    except SourceError:
        return None
    found = {row.get("id") for row in rows if isinstance(row, dict)}
    told = {key for key in asked if key in found}
    return told if told and told == found and told.issuperset(sure) else None


def _number(value: object) -> bool:
    return isinstance(value, int) and value > 0
