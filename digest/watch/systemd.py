"""Tells systemd how the service is: sd_notify(3), a datagram to a socket that it names."""

import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import structlog

log = structlog.get_logger()


def notify(state: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Send ``READY=1``, ``WATCHDOG=1`` and the like; False where nobody asked for it.

    Raises nothing: a service manager that does not listen is no reason to stop the work.
    """
    path = environment.get("NOTIFY_SOCKET", "")
    if not path:
        return False
    # A name that begins with @ is not in the file system (unix(7), abstract).
    address = f"\0{path[1:]}" if path.startswith("@") else path
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to:
            to.connect(address)
            to.sendall(state.encode())
    except OSError as error:
        log.warning("service_manager_silent", why=error.strerror or type(error).__name__)
        return False
    return True


def watchdog_seconds(environment: Mapping[str, str] = os.environ) -> float | None:
    """How often to report, by ``WatchdogSec=`` of the unit: half of it; None: never.

    ``WATCHDOG_PID`` says whose duty it is (sd_watchdog_enabled(3)): not a child's that inherits it.
    """
    told, process = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    if not told.isdecimal() or int(told) == 0 or process not in {"", str(os.getpid())}:
        return None
    return int(told) / 2_000_000


@contextmanager
def guarded(
    complaints: Callable[[], list[str]], environment: Mapping[str, str] = os.environ
) -> Iterator[None]:
    """As long as the block lasts and nothing is complained of, keep the watchdog quiet.

    Once something is, say so and fall silent: systemd then restarts the service.
    """
    every, end = watchdog_seconds(environment), threading.Event()

    def report() -> None:
        while every is not None and not end.is_set():
            if told := complaints():
                log.error("watchdog_let_go", why="; ".join(told))
                notify(f"STATUS={told[0]}", environment)
            else:
                notify("WATCHDOG=1", environment)
            end.wait(every)

    thread = threading.Thread(target=report, name="watchdog", daemon=True)
    thread.start()
    try:
        yield
    finally:
        notify("STOPPING=1", environment)
        end.set()
        thread.join()
