"""Newsrooms for these tests."""

from tests.approval.room import make

__all__ = ["make"]
