"""Whether a bounce is for good. Pure.

Enhanced status codes by RFC 3463 and its registry; reply codes by RFC 5321 §4.2.
"""

import re

#: codes that begin so are no fault of the address: full or too large (2.2, 2.3), the receiving
#: system (3), time and routing on the way (4.3, 4.5, 4.6, 4.7), our sender address (1.7, 1.8),
#: the content (6), policy and reputation (7)
_PASSING = re.compile(r"5\.(?:1\.[78]|2\.[23]|3\.\d+|4\.[3567]|6\.\d+|7\.\d+)")
#: replies without an enhanced code: full, refused as it stands, refused by policy
_PASSING_REPLIES = frozenset({"552", "554", "571"})
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.])([245][0-7]\d)(?=[ \-]|$)")


def numbers(*texts: str) -> str:
    """The reply's numbers in the first text that has them, as ``550 5.1.1``; empty if none has.

    Nothing else of a reply is kept: its words may hold the reader's address.
    """
    reply = _first(_REPLY, texts)
    status = _first(_STATUS, texts)
    if reply and status and reply[0] != status[0]:
        reply = ""
    return f"{reply} {status}".strip()


def is_hard(code: str, *, unless_told: bool) -> bool:
    """Whether a bounce with these numbers is for good; without any ``unless_told`` stands."""
    status = _first(_STATUS, [code])
    if status:
        return status.startswith("5") and not _PASSING.fullmatch(status)
    reply = _first(_REPLY, [code])
    if reply:
        return reply.startswith("5") and reply not in _PASSING_REPLIES
    return unless_told


def _first(pattern: re.Pattern[str], texts: "tuple[str, ...] | list[str]") -> str:
    for text in texts:
        if found := pattern.search(text[:4000]):
            return found[1]
    return ""
