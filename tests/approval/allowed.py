"""What may go of an issue that was approved: its text, and what becomes of it by reserves alone."""

import re
from dataclasses import replace
from itertools import chain, combinations

from digest.curate import vary
from digest.model import SlotMode, Token
from digest.render.tokens import fill
from digest.store import drafts
from digest.store.engine import reading
from tests.approval.room import Room

LINK = re.compile(r"https?://\S+")
#: readers' own values, without links
NOBODY = dict.fromkeys(Token, "https://nobody.example") | {Token.NAME: "reader"}


def plain(text: str) -> str:
    """A mail's text without links and line breaks."""
    return " ".join(LINK.sub("", text).split())


def renders(room: Room, gone_at_once: int = 3) -> frozenset[str]:
    """What stands there now, and the same without any so many of its stories."""
    parts, issue = room.app.parts, room.issue()
    with reading(parts.engine) as connection:
        draft = drafts.of(connection, issue.id)
    edition = parts.editions["daily"]
    shown = [slot.story for slot in draft.slots if slot.mode is not SlotMode.REMOVED]
    told = set()
    usable = [*shown, *(one.stored.id for one in draft.pool if one.stored.id not in shown)]
    every = chain.from_iterable(combinations(usable[:7], n) for n in range(gone_at_once + 1))
    for gone in every:
        pool = [one for one in draft.pool if one.stored.id not in gone]
        spare = [key for key in usable[len(shown) : len(shown) + 3] if key not in gone]
        left = []
        for slot in draft.hand.placed:
            # An editor's place is taken by the next reserve, as a place of theirs.
            if slot.story not in gone:
                left.append(slot)
            elif spare:
                left.append(replace(slot, story=spare.pop(0), mode=SlotMode.PINNED))
        hand = replace(draft.hand, placed=tuple(left))
        content = vary.vary(issue, edition, pool, hand, None, parts.names("en"))
        rendered = parts.renderer.render(content)
        told.add(plain(fill(rendered.text, NOBODY, html=False)))
    return frozenset(told)
