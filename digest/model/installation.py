"""Is this the database that belongs here, or a copy of one? Pure.

A copy that sends would mail its readers a second time. Three things tell one: where it stands, how
much it has forgotten, and what config.toml calls it.
"""

from dataclasses import dataclass, field
from datetime import datetime

OLDER = "it was restored from an older copy: mail went since then that it knows nothing of"
ELSEWHERE = "it was made for another database server, so it is a copy"
ALONE = "nothing beside it says that it belongs here, so it may be a copy"
MOVED = "it comes from another machine, so it may be a copy"
OTHER = "this folder belongs to another database"

#: the mark of a database that was founded, and of which nothing went
FIRST = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a database says of itself."""

    id: str
    #: the server and database it was adopted on; empty: a file
    place: str
    #: what config.toml called it; empty: nothing
    instance: str
    #: how much it knows of: higher with each audience it froze
    mark: int
    #: what it was called before it was adopted
    before: frozenset[str] = field(default_factory=frozenset)
    marked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What is written beside a database, or in the state folder of a process that works with it."""

    #: empty while it is being founded
    id: str
    #: 0 while it is being founded
    mark: int
    #: a hash of the machine's own id; empty: it has none, as in most containers
    machine: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """Where it is asked."""

    place: str
    instance: str
    machine: str


def stranger(known: Known, note: Note | None, here: Here) -> str:
    """Why this database may not send from here; empty: it belongs here.

    Processes on other machines than the one where it was adopted have no note, or one from before:
    on a server that is no reason, for the server says where it is.
    """
    if known.instance != here.instance:
        theirs, ours = known.instance or "one without a name", here.instance or "none"
        return f"it belongs to {theirs}, and database.instance names {ours}"
    if here.place:
        if known.place != here.place:
            return ELSEWHERE
        if note is None or note.id in known.before:
            return ""
    elif known.place or note is None:
        return ALONE
    if note.id != known.id:
        return OTHER
    if note.mark > known.mark:
        return OLDER
    if not here.place and note.machine and here.machine and note.machine != here.machine:
        return MOVED
    return ""
