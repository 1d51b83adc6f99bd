"""``make bench-peers``: installs the peers beside us, and lets each send, in turns, three times."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from tests.bench.peers.told import Task
from tests.parts import REPO, smtp_sink

HERE = Path(__file__).parent
ENVIRONMENT = REPO / "var" / "peers"
PACKAGES = ("django-newsletter==1.2.1", "museletter==1.5.0", "django<6", "sorl-thumbnail")
READERS, ROUNDS = 1_000, 3
PEERS = ("with_django_newsletter", "with_museletter")
WORDS = (
    "Councils along the lower river are moving homes, a school and two clinics uphill. The first "
    "families moved in last week; the ferry landing stays where it was, for as long as it can."
)


def stories() -> list[list[str]]:
    """Ten of them."""
    return [
        [
            f"River town {number} rebuilds above the old flood line",
            WORDS,
            f"https://news.example.org/2026/11/story-{number}/",
        ]
        for number in range(1, 11)
    ]


def installed() -> Path:
    """The Python of an environment that holds the peers; made on first use."""
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        venv.create(ENVIRONMENT, with_pip=True)
    words = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES)
    subprocess.run([python, *words], check=True)
    return python


@contextmanager
def sink() -> Iterator[int]:
    """Postfix's smtp-sink on a free port."""
    program = smtp_sink()
    if program is None:
        sys.exit("Postfix's smtp-sink is missing: apt-get install postfix")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    # It refuses to go on as root.
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    with subprocess.Popen([program, *user, f"127.0.0.1:{port}", "200"]) as server:
        try:
            _wait(port)
            yield port
        finally:
            server.terminate()


def _wait(port: int) -> None:
    end = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


def run(command: list[str], port: int, *, readers: int = READERS) -> dict[str, float]:
    """Let one of them send; what it took."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "task.json"
        Task(port, readers, folder, stories()).save(told)
        done = subprocess.run(
            [*command, str(told)],
            stdout=subprocess.PIPE,
            check=True,
            cwd=REPO,
            env=os.environ | {"PYTHONWARNINGS": "ignore"},
        )
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def main() -> int:
    """Print a table: recipients a second by the clock, CPU a recipient."""
    python = installed()
    commands = {
        "ours": [sys.executable, "-m", "tests.bench.peers.with_ours"],
        **{name: [str(python), str(HERE / f"{name}.py")] for name in PEERS},
    }
    taken: dict[str, list[dict[str, float]]] = {name: [] for name in commands}
    with sink() as port:
        for _ in range(ROUNDS):
            for name, command in commands.items():
                taken[name].append(run(command, port))
    print(f"{READERS} readers, ten stories, smtp-sink on loopback; median of {ROUNDS} in turns")
    print(f"{'':26} {'recipients/s':>14} {'CPU ms each':>14}")
    for name, rounds in taken.items():
        rate = median(READERS / one["seconds"] for one in rounds)
        each = median(1000 * one["cpu"] / READERS for one in rounds)
        print(f"{name.removeprefix('with_'):26} {rate:14,.0f} {each:14.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
