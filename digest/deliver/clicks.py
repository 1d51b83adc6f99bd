"""Tells people's clicks from machines': by what is known in the seconds around a click. Pure.

Link scanners open every link of a mail at once, often as it arrives; browsers and mail programs
fetch ahead. Nothing here is certain, so both are counted, side by side.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.model import ClickKind, IssueId, LinkId, SubscriberId

#: nobody opens two links of a mail within this time
TOGETHER = timedelta(seconds=2)
#: nor any so soon after the first mail of its issue went
AT_ONCE = timedelta(seconds=10)
#: headers by which a program says that nobody asked yet
_AHEAD = ("sec-purpose", "purpose", "x-purpose", "x-moz")
_AGENTS = re.compile(
    r"(?<!cu)bot\b|crawl|spider|scan|preview|prefetch|headless|phantom|monitor|validator|checker"
    r"|facebookexternalhit|whatsapp|telegram|slack|skypeuri|embedly|yahoomailproxy|imageproxy"
    r"|barracuda|proofpoint|mimecast|safelinks|symantec|trendmicro|sophos|fireeye|ironport"
    r"|forcepoint|fortinet|zscaler|cloudmark|virustotal|urlscan|urldefense|msoffice"
    r"|^(?:curl|wget|python|go-http-client|java|okhttp|libwww|apache-httpclient|node|axios|ruby"
    r"|php|perl|powershell|dart|aiohttp|httpx|scrapy)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A request for a link. Lives in memory, for seconds."""

    link: LinkId
    issue: IssueId
    at: datetime
    #: a hash that changes with the day; empty: not known
    place: bytes
    #: what it says of itself tells that no person made it
    machine: bool = False
    #: a HEAD is none
    click: bool = True
    #: who followed it, where they agreed to be told apart
    reader: SubscriberId | None = None


def says_machine(headers: Mapping[str, str]) -> bool:
    """Whether a request says that a machine made it, or that nobody asked for it yet."""
    ahead = any(
        "fetch" in headers.get(one, "") or "preview" in headers.get(one, "") for one in _AHEAD
    )
    agent = headers.get("user-agent", "").strip()
    return ahead or not agent or _AGENTS.search(agent) is not None


def judged(hits: Sequence[Hit], around: Iterable[Hit] = ()) -> list[tuple[Hit, ClickKind]]:
    """Who seems to have made each of ``hits``; ``around`` are those shortly before and after."""
    seen: dict[tuple[bytes, IssueId], list[Hit]] = defaultdict(list)
    for one in (*hits, *around):
        if one.place:
            seen[one.place, one.issue].append(one)
    return [
        (one, ClickKind.MACHINE if one.machine or _hurried(one, seen) else ClickKind.HUMAN)
        for one in hits
    ]


def _hurried(one: Hit, seen: Mapping[tuple[bytes, IssueId], Sequence[Hit]]) -> bool:
    """Whether the same place asked for another link of the issue, or by HEAD, at nearly once."""
    return any(
        abs(other.at - one.at) <= TOGETHER and (other.link != one.link or not other.click)
        for other in seen.get((one.place, one.issue), ())
    )
