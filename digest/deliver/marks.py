"""Finds our own marks in what others send back: whose message it was.

A mark is a token of verp.py: in the envelope's sender, to which bounces come, and in the
Message-ID, which most of them quote. Only our key makes one, so wherever in foreign text it
stands, it is ours; and nobody can make one up for somebody else's message.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from digest.deliver import verp

_TOKEN = re.compile(rf"(?<![a-z0-9-]){verp.REF}-[a-z2-7]{{12}}(?![a-z0-9])")
#: tokens looked at in one text; a bounce quotes one or two
_MOST = 50


@dataclass(frozen=True, slots=True)
class Marks:
    """The keys that marks are made with, newest first; earlier ones still read what they made."""

    keys: tuple[bytes, ...] = field(repr=False)

    def message_id(self, ref: str, domain: str) -> str:
        """The Message-ID of ``Message.ref``, without angle brackets.

        The same for every attempt at the same delivery, so that receivers can tell a copy.
        """
        return f"{verp.write(ref, self.keys[0])}@{domain}"

    def refs(self, text: str) -> Iterator[str]:
        """The refs of the messages whose marks stand in ``text``, in order."""
        for place, found in enumerate(_TOKEN.finditer(text.lower())):
            if place == _MOST:
                return
            ref = next(filter(None, (verp.read(found[0], key) for key in self.keys)), None)
            if ref is not None:
                yield ref

    def ref(self, text: str) -> str | None:
        """The first of ``refs``."""
        return next(self.refs(text), None)
