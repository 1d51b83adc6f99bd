"""Which databases may send from where: the decision alone."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from digest.model import installation
from digest.model.installation import Here, Known, Note, stranger

AT = datetime(2026, 11, 24, 6, tzinfo=UTC)
FILE = Known(id="b", place="", instance="", mark=7, before=frozenset({"a"}), marked_at=AT)
SERVER = replace(FILE, place="7312/16384")
NOTE = Note(id="b", mark=7, machine="m1")
HERE = Here(place="", instance="", machine="m1")
AT_SERVER = replace(HERE, place="7312/16384")


@pytest.mark.parametrize(
    ("known", "note", "here", "why"),
    [
        (FILE, NOTE, HERE, ""),
        (replace(FILE, mark=9), NOTE, HERE, ""),
        (replace(FILE, mark=6), NOTE, HERE, installation.OLDER),
        (FILE, None, HERE, installation.ALONE),
        (SERVER, NOTE, HERE, installation.ALONE),
        (FILE, replace(NOTE, id="c"), HERE, installation.OTHER),
        # An earlier note beside a file is another file's: only a server has several folders.
        (FILE, replace(NOTE, id="a"), HERE, installation.OTHER),
        (FILE, NOTE, replace(HERE, machine="m2"), installation.MOVED),
        # Containers have no machine id, and their names mean nothing.
        (FILE, NOTE, replace(HERE, machine=""), ""),
        (FILE, replace(NOTE, machine=""), HERE, ""),
        (SERVER, None, AT_SERVER, ""),
        (SERVER, NOTE, replace(AT_SERVER, machine="m2"), ""),
        (SERVER, replace(NOTE, id="a", mark=99), AT_SERVER, ""),
        (SERVER, replace(NOTE, id="c"), AT_SERVER, installation.OTHER),
        (SERVER, NOTE, replace(AT_SERVER, place="7312/16999"), installation.ELSEWHERE),
        (FILE, NOTE, AT_SERVER, installation.ELSEWHERE),
        (replace(SERVER, mark=6), NOTE, AT_SERVER, installation.OLDER),
    ],
)
def test_a_copy_is_a_stranger(known: Known, note: Note | None, here: Here, why: str) -> None:
    assert stranger(known, note, here) == why


def test_an_instance_of_another_name_is_a_stranger() -> None:
    named = replace(FILE, instance="production")
    assert stranger(named, NOTE, replace(HERE, instance="production")) == ""
    assert "staging" in stranger(named, NOTE, replace(HERE, instance="staging"))
    assert stranger(named, NOTE, HERE)
    assert stranger(FILE, NOTE, replace(HERE, instance="production"))
