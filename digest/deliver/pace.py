"""When to come again."""

from datetime import datetime, timedelta

from digest.errors import TransportError

FIRST = timedelta(minutes=1)
LONGEST = timedelta(minutes=15)


class ProviderBusyError(TransportError):
    """The provider asked us to come again later.

    ``until`` says when, if the provider did.
    """

    def __init__(self, message: str, *, until: datetime | None = None, batch: str) -> None:
        super().__init__(message, batch=batch)
        self.until = until


def come_again(attempt: int, now: datetime) -> datetime:
    """When to try again after the ``attempt``-th time: 1, 2, 4, 8 and then every 15 minutes."""
    return now + min(FIRST * (1 << min(attempt - 1, 10)), LONGEST)
