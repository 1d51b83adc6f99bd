"""A process of its own that serves both hooks over a database; the kill tests kill it."""

import socket
import sys

import uvicorn

from digest.clock import SystemClock
from digest.listening import Listening
from digest.logs import configure
from digest.store.engine import make_engine
from digest.web.site import site
from tests.hear.house import MARKS
from tests.hear.posting import settings
from tests.subscribers.conftest import house


def main(url: str, key: str) -> None:
    """Serve until killed; the first line on standard output is the port."""
    configure(verbose=False)
    engine = make_engine(url)
    given = settings(sending={"sendgrid": {"webhook_keys": [key]}})
    listening = Listening(given, engine, SystemClock(), house(engine), MARKS)
    # Whoever died left consequences: the line's tick does the same.
    listening.heed()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        config = uvicorn.Config(site(listening.routes()), log_level="critical", lifespan="off")
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
