"""clockwork: a clock that jumps is told of, and for two minutes nothing is locked or sent by it.

Whatever it shows, nothing goes twice: an issue is one row for its date, a delivery one for its
reader. What a clock that is ahead sent early has gone; what one that is behind has not sent comes.
"""

from datetime import datetime, timedelta

from digest.steps.parts import Parts
from digest.steps.tell import Word, tell
from digest.store import clock_seen
from digest.store.engine import reading, writing


def settled(parts: Parts) -> bool:
    """Look at the clock; whether issues may move by it."""
    if parts.watch is None:
        return True
    now = parts.clock.now()
    with reading(parts.engine) as connection:
        known = clock_seen.last(connection)
    step = parts.watch.look(now, known)
    if known is None or now != known:
        with writing(parts.engine) as connection:
            clock_seen.put(connection, now)
    if step:
        tell(parts, _word(now, step))
    return parts.watch.settled


def _word(now: datetime, step: timedelta) -> Word:
    by = timedelta(seconds=round(abs(step.total_seconds())))
    way = "forward" if step > timedelta(0) else "back"
    return Word(
        kind="clock_jumped",
        key=f"{now:%Y-%m-%dT%H:%M} {way} {by}",
        subject=f"the machine’s clock went {way} by {by}",
        paragraphs=(
            f"The machine’s clock went {way} by {by}; it shows {now:%Y-%m-%d %H:%M} UTC.",
            "Nothing is locked or sent for two minutes. Then what is due goes: no issue twice, and "
            "what is past its send-by time is missed.",
            "If the time is wrong, stop digest, set the clock, and start it again.",
        ),
    )
