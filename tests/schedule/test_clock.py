"""The alarm clock: never two ticks at a time, however long one takes."""

import threading
import time

from digest.schedule.clock import ticking


def test_a_first_tick_that_outlasts_the_interval_keeps_the_second_waiting() -> None:
    at_work, began = threading.Lock(), []

    def tick() -> None:
        began.append(at_work.acquire(blocking=False))
        time.sleep(0.2 if len(began) > 1 else 1.4)
        if began[-1]:
            at_work.release()

    with ticking(tick, 1):
        deadline = time.monotonic() + 10
        while len(began) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
    assert len(began) >= 2, "and yet it goes on"
    assert all(began)
