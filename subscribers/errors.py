"""What ``subscribers`` raises on purpose. Messages never carry an address, a key or a token.

::

    SubscribersError
    ├── BadAddressError       no mail can ever reach this address
    ├── SuppressedError       we promised never to mail this address
    ├── BadTokenError         a preference link is forged, expired or of somebody erased
    ├── UnknownError          no such subscriber or segment
    ├── TakenError            a segment of config.toml has this name
    ├── UnreadableFileError   an import cannot begin: not a CSV, or a column is missing
    ├── CursorError           no place in the events
    ├── KeyNameError          an API key of this name cannot be made, or there is none
    ├── ImportTakenError      another process goes on with the same import
    └── SegmentError          a segment's filter is wrong; lists every mistake with its key
"""

from collections.abc import Sequence
from dataclasses import dataclass


class SubscribersError(Exception):
    """Something went wrong with subscribers."""


class BadAddressError(SubscribersError):
    """No mail can ever reach this address."""


class SuppressedError(SubscribersError):
    """This address asked, or was found, never to be mailed again."""


class BadTokenError(SubscribersError):
    """This link does not work (any more)."""


class UnknownError(SubscribersError, LookupError):
    """There is no such subscriber or segment."""


class TakenError(SubscribersError):
    """A segment of config.toml has this name, and only config.toml changes it."""


class UnreadableFileError(SubscribersError):
    """This file cannot be imported at all."""


class CursorError(SubscribersError):
    """This is no place in the events, or none any more."""


class KeyNameError(SubscribersError):
    """An API key of this name cannot be made, or there is none."""


class ImportTakenError(SubscribersError):
    """Another process goes on with the same import."""


@dataclass(frozen=True, slots=True)
class SegmentMistake:
    """One mistake in a segment's filter, told so that a person can mend it."""

    #: path of keys, e.g. ``segments.africa.all[1].topic``
    key: str
    problem: str


class SegmentError(SubscribersError):
    """A segment's filter is wrong."""

    def __init__(self, mistakes: Sequence[SegmentMistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("; ".join(f"{one.key}: {one.problem}" for one in self.mistakes))
