"""Newsrooms to watch."""

from tests.hear.conftest import blank, room, small_room

__all__ = ["blank", "room", "small_room"]
