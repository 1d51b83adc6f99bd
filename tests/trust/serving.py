"""The sample newsroom served by a real ``digest serve`` process."""

import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from digest import bundled
from tests.line.newsroom import Folder


def sample(path: Path) -> Folder:
    """A folder with the sample newsroom's settings."""
    shutil.copy(bundled.sample_config(), path / "config.toml")
    return Folder(path)


@contextmanager
def served(folder: Folder, *settings: str) -> Iterator[str]:
    """Serve it until the block ends; its address."""
    with at_work(folder, *settings) as (url, _):
        yield url


@contextmanager
def at_work(folder: Folder, *settings: str) -> Iterator[tuple[str, int]]:
    """The same, and the number of the process that serves it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = [f"web.port={port}", f"web.public_url=http://127.0.0.1:{port}", *settings]
    words = [word for one in told for word in ("--set", one)]
    process = folder.start("--verbose", *words, "serve")
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while not _answers(url):
            assert process.poll() is None, (folder.path / "digest.log").read_text()
            assert time.monotonic() < deadline, "it does not answer"
            time.sleep(0.1)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(20)


def _answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/livez", timeout=5, trust_env=False).status_code == 200
    except httpx2.HTTPError:
        return False
