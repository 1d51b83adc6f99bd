"""Whose database is this? A restored copy sends nothing until somebody says that it may.

The one door for whoever sends, restores or asks: ``Installation`` of the parts.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

from sqlalchemy.engine import Connection, Engine

from digest.errors import StrangerError
from digest.model.installation import FIRST, OTHER, Here, Known, Note, stranger
from digest.store import adoption, standstill
from digest.store import installation as store
from digest.store.engine import reading, writing

NAME = "installation.json"
#: systemd's and D-Bus's; macOS and most containers have neither
MACHINE_IDS = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
#: how often a mark is made where no audience is frozen: readers leave and join meanwhile
MARKED = timedelta(hours=1)


def machine() -> str:
    """A hash of this machine's id, which is to be kept to itself (machine-id(5)); may be empty."""
    for path in MACHINE_IDS:
        try:
            own = path.read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            continue
        if own:
            return hmac.new(own.encode(), b"newsletter-digest", hashlib.sha256).hexdigest()[:32]
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Says whether the database belongs here, and can make it so."""

    engine: Engine
    #: the state folder; of an SQLite file the note lies beside the file
    folder: Path
    now: Callable[[], datetime]
    #: what config.toml calls this installation
    instance: str = ""
    machine: str = ""

    @property
    def note_file(self) -> Path:
        """Where the note is."""
        name = self.engine.url.database
        if self.engine.dialect.name == "sqlite" and name and name != ":memory:":
            return Path(f"{name}.{NAME}")
        return self.folder / NAME

    def why_not(self) -> str:
        """Why it may not send from here; empty: it may.

        A database that never had an issue is founded here. Costs a query and the reading of a small
        file, so it may be asked before every batch.
        """
        here = Here(place=store.place(self.engine), instance=self.instance, machine=self.machine)
        # Before the database: another process may write both meanwhile, the note as the second.
        note = self._note()
        with reading(self.engine) as connection:
            known = store.known(connection)
            still = standstill.stands(connection)
        if still is not None:
            return still.note
        if known is None:
            with reading(self.engine) as connection:
                fresh = store.empty(connection)
            if note is not None and note.mark and not fresh:
                return OTHER
            return self._found(here)
        if note is not None and not note.mark and known.mark == FIRST:
            # Whoever founded it died before they could finish the note.
            self._write(replace(note, id=known.id, mark=FIRST), note)
            note = self._note()
        if why := stranger(known, note, here):
            return why
        if known.marked_at <= self.now() - MARKED:
            with writing(self.engine) as connection:
                store.mark(connection, self.now())
                known = store.known(connection) or known
        self._write(Note(id=known.id, mark=known.mark, machine=self.machine), note)
        return ""

    def guard(self) -> None:
        """Raise StrangerError where the database may not send from here."""
        if why := self.why_not():
            with reading(self.engine) as connection:
                still = standstill.stands(connection)
            adopted = "`digest adopt` says that it may; look first at what went from elsewhere"
            raise StrangerError(
                f"this database may not send from here: {why}",
                hint=still.way_out if still else adopted,
            )

    def known(self) -> Known | None:
        """What the database says of itself; None: nothing yet."""
        with reading(self.engine) as connection:
            return store.known(connection)

    def mark(self, connection: Connection) -> None:
        """Note, in the caller's transaction, that something goes that a copy knows nothing of."""
        store.mark(connection, self.now())

    def adopt(self, who: str, why: str = "", *, settled: bool = False) -> list[int]:
        """Say that this database is the one that belongs here, and may send.

        Issues that are due, or on their way, are paused, for they may have gone from elsewhere;
        their numbers are returned. ``settled``: what went is known, so nothing is paused. What was
        due before and is not known here is not made up for. Raises StrangerError for a database
        that knows too little to send (``digest restore``), or has moved.
        """
        now, note = self.now(), self._note()
        with writing(self.engine) as connection:
            if (still := standstill.stands(connection)) is not None:
                raise StrangerError(still.note, hint=still.way_out)
            known = store.known(connection)
            mark = max(known.mark if known else 0, note.mark if note else 0) + 1
            place = store.place(self.engine)
            store.add(connection, place, self.instance, mark, now, who, why)
            paused = [] if settled else adoption.settle_down(connection, now, who)
            made = store.known(connection)
        assert made is not None, "added a moment ago"
        self._write(Note(id=made.id, mark=made.mark, machine=self.machine), None)
        import structlog  # every start asks whether the database belongs here, few adopt one

        log = structlog.get_logger()
        log.warning("database_adopted", by=who, installation=made.id, paused=paused)
        return paused

    def _found(self, here: Here) -> str:
        # Before the row: after a death between the two the database is not taken for a copy.
        self._write(Note(id="", mark=0, machine=self.machine), None)
        with writing(self.engine) as connection:
            if store.known(connection) is None:
                store.add(connection, here.place, here.instance, FIRST, self.now(), "digest")
            known = store.known(connection)
        assert known is not None, "added a moment ago"
        self._write(Note(id=known.id, mark=known.mark, machine=self.machine), None)
        return stranger(known, self._note(), here)

    def _note(self) -> Note | None:
        try:
            told = json.loads(self.note_file.read_text("utf-8"))
            return Note(id=told["id"], mark=int(told["mark"]), machine=str(told["machine"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _write(self, note: Note, before: Note | None) -> None:
        """Replace the note at once, so that a reader finds the old one or the new one."""
        if note == before or (self.engine.url.database in {None, "", ":memory:"}):
            return
        file = self.note_file
        file.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=file.parent, prefix=f".{NAME}.", delete=False) as new:
            new.write(json.dumps(asdict(note)))
            new.flush()
            os.fsync(new.fileno())
        Path(new.name).replace(file)
