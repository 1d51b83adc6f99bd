"""What is written down in the transaction of an act: a crash leaves neither without the other.

The desk keeps a sealed record of who did what; the steps know nothing of it but that it is kept.
"""

from collections.abc import Callable
from typing import TypeAlias

from sqlalchemy.engine import Connection

#: writes in the transaction that it is given; the last thing that an act does in it
Along: TypeAlias = Callable[[Connection], None]


def nothing(connection: Connection) -> None:
    """Write nothing beside the act: its issue's own history tells of it."""
    del connection
