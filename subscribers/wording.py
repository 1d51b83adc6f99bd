"""The words that people said yes to: each text once, under the version that their consent names."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from subscribers.store import among, insert_new
from subscribers.tables import wording

#: hexadecimal digits of the text's SHA-256 in its version
DIGITS = 16


@dataclass(frozen=True, slots=True)
class Wording:
    """What stood above the button."""

    #: BCP 47
    language: str
    text: str

    @property
    def version(self) -> str:
        """``en-0123456789abcdef``: the language, and a part of the text's SHA-256."""
        return f"{self.language}-{hashlib.sha256(self.text.encode()).hexdigest()[:DIGITS]}"


def keep(connection: Connection, words: Wording, now: datetime) -> None:
    """Keep a text from its first use on. Again: no change."""
    row = {
        "version": words.version,
        "language": words.language,
        "text": words.text,
        "first_used_at": now,
    }
    insert_new(connection, wording, [row])


def texts(connection: Connection, versions: Collection[str]) -> Mapping[str, str]:
    """Version → text, of those that are kept."""
    query = sa.select(wording.c.version, wording.c.text)
    rows = connection.execute(query.where(among(connection, wording.c.version, set(versions))))
    return {row.version: row.text for row in rows}
