"""Web pages, fetched by the guarded client and read in a process that can be killed.

One process a page: pages are read seldom, and some would take a parser minutes or gigabytes.
"""

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import digest
from digest.errors import SourceError
from digest.sources.entries import Entry, load
from digest.sources.fetch import FetchedBody, Fetcher

_HTML = "text/html, application/xhtml+xml, */*;q=0.5"
_PAGES = frozenset({"", "text/html", "application/xhtml+xml", "text/plain"})
#: by the clock; the worker bounds its own processor time
_SECONDS = 20.0


def fetch(
    fetcher: Fetcher, url: str, now: datetime, *, etag: str = "", last_modified: str = ""
) -> FetchedBody:
    """The page at ``url``, or a 304. Raises SourceError where there is none."""
    answer = fetcher.fetch(url, etag=etag, last_modified=last_modified, accept=_HTML).check(now)
    if answer.status != 304 and answer.content_type not in _PAGES:
        raise SourceError(
            f"this is {answer.content_type[:60]}, not a web page", hint="Give the page's address"
        )
    return answer


def box(page: FetchedBody, heading: str) -> tuple[Entry, ...]:
    """The stories in the box under ``heading``, in order. Raises SourceError."""
    return _read(page, task="box", heading=heading)


def story(page: FetchedBody) -> Entry:
    """The story that the page tells. Raises SourceError."""
    return _read(page, task="story")[0]


def _read(page: FetchedBody, **asked: str) -> tuple[Entry, ...]:
    """The worker's last whole answer."""
    told = json.dumps({**asked, "url": page.url, "charset": page.charset[:60]})
    # nothing of our environment: it may hold secrets, and the worker reads hostile input
    home = Path(digest.__file__).resolve().parents[1]
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "digest.sources.page_worker"],
            input=told.encode("ascii") + b"\n" + page.body,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": str(home)},
            timeout=_SECONDS,
            check=False,
        )
        answered = done.stdout
    except subprocess.TimeoutExpired as error:
        answered = error.stdout or b""
    lines = answered.splitlines(keepends=True)
    whole = [line for line in lines if line.endswith(b"\n")]
    if not whole:
        raise SourceError(
            "the page takes more time or memory to read than a page should",
            hint="Give another page",
        )
    reply = json.loads(whole[-1])
    if "problem" in reply:
        raise SourceError(reply["problem"], hint=reply["hint"])
    return load(reply["feed"]).entries
