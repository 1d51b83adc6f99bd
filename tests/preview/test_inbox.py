"""What is seen of a subject in an inbox."""

import pytest

from digest.preview.inbox import INBOXES, cut, rows, width

FAMILY = "👨‍👩‍👧"


@pytest.mark.parametrize(
    ("text", "room", "seen"),
    [
        ("short", 10, "short"),
        ("exactly ten", 11, "exactly ten"),
        ("one letter more", 14, "one letter mo…"),
        ("cut after a space", 12, "cut after a…"),
        ("新闻新闻新闻", 8, "新闻新…"),
        ("", 5, ""),
    ],
)
def test_cut(text: str, room: int, seen: str) -> None:
    line = cut(text, room)
    assert line.shown == seen
    assert width(line.shown) <= room
    assert line.of == len(text)
    assert line.cut == (seen != text)


def test_marks_stay_on_their_letters() -> None:
    assert width("é" * 10) == 10
    assert cut("é" * 10, 6).shown == "é" * 5 + "…"
    assert width(FAMILY) == 6


def test_on_one_line_the_subject_leaves_the_preheader_its_room() -> None:
    wide = {row.inbox: row for row in rows("s" * 50, "p" * 300)}
    assert set(wide) == set(INBOXES)
    for inbox, row in wide.items():
        taken = width(row.subject.shown) + width(row.preheader.shown)
        assert taken <= inbox.preheader + (0 if inbox.shared else inbox.subject)
