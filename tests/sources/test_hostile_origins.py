"""Hostile servers, tried on every way in: feed, WordPress, sitemap, page box and pasted address.

Each ends in one clear line, soon, and nothing inside our network is asked.
"""

import gzip
import re
import time
from collections.abc import Callable
from ipaddress import ip_address

import pytest

from digest.sources.fetch import Fetcher
from digest.sources.guard import Address
from digest.sources.pace import Pace
from digest.sources.parse import FeedParser
from tests.sources.origin import LOOPBACK, Handler, Origin
from tests.sources.readers import READERS, Ended

#: a server may be slow; nothing else takes long
DEADLINE = 1.5
BOMB = gzip.compress(bytes(80_000_000), mtime=0)


def endless_chunks(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    while True:
        handler.wfile.write(b"8000\r\n" + b"x" * 0x8000 + b"\r\n")


def tiny_chunks(handler: Handler) -> None:
    """An endless body, one byte a chunk: its limit is far away, the deadline is not."""
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    while True:
        handler.wfile.write(b"1\r\nx\r\n")


def drip(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        handler.wfile.write(b"X-Wait: 1\r\n")
        time.sleep(0.1)


def endless_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        handler.wfile.write(b"X-More: " + b"x" * 10_000 + b"\r\n")


def loop(handler: Handler) -> None:
    handler.reply(301, Location=handler.path)


def ever_further(handler: Handler) -> None:
    handler.reply(302, Location=f"{handler.path}/on")


def leads(where: str) -> Callable[[Handler], None]:
    return lambda handler: handler.reply(302, Location=where)


def says(raw: bytes) -> Callable[[Handler], None]:
    def answer(handler: Handler) -> None:
        handler.wfile.write(raw)

    return answer


TRICKS: dict[str, tuple[Callable[[Handler], None], str]] = {
    "gzip bomb": (
        lambda handler: handler.reply(200, BOMB, Content_Encoding="gzip"),
        "larger than 10 MB",
    ),
    "gzip within gzip": (
        lambda handler: handler.reply(200, gzip.compress(BOMB), Content_Encoding="gzip, gzip"),
        "was not asked for",
    ),
    "endless chunks": (endless_chunks, "larger than 10 MB|took too long"),
    "endless tiny chunks": (tiny_chunks, "took too long"),
    "dripping headers": (drip, "took too long"),
    "endless headers": (endless_headers, "could not be read|took too long"),
    "redirect loop": (loop, "more than 5 redirects"),
    "redirects without end": (ever_further, "more than 5 redirects"),
    "to a file": (leads("file:///etc/passwd"), "only http and https"),
    "to data": (leads("data:text/html,<h1>Hello"), "only http and https"),
    "to the metadata service": (leads("http://169.254.169.254/latest/"), "private address"),
    "to its IPv6 spelling": (leads("http://[::ffff:a9fe:a9fe]/"), "private address"),
    "to a private address by 6to4": (leads("http://[2002:a9fe:a9fe::]/"), "private address"),
    "to a login": (leads("http://root:secret@127.0.0.1/"), "carries a login"),
    "nothing but a status": (
        says(b"HTTP/1.1 200"),
        "could not be read",
    ),
    "no HTTP at all": (says(b"SSH-2.0-x\r\n\r\n"), "could not be"),
}


@pytest.mark.parametrize("way", READERS)
@pytest.mark.parametrize("trick", TRICKS)
def test_a_hostile_server_is_one_clear_line(
    trick: str, way: str, origin: Origin, parser: FeedParser
) -> None:
    answer, words = TRICKS[trick]
    origin.answers["/"] = answer
    started = time.monotonic()
    ended = READERS[way](f"{origin.url}/a-story", guarded(), parser)
    assert time.monotonic() - started < 4 * DEADLINE
    assert_refused(ended, words)


def guarded(**changes: object) -> Fetcher:
    settings: dict[str, object] = {"deadline": DEADLINE, "idle": 1.0, "pace": Pace(gap=0)}
    return Fetcher("digest-tests", allow_private=LOOPBACK, **settings | changes)  # type: ignore[arg-type]  # a shorthand


def assert_refused(ended: Ended, words: str) -> None:
    assert ended.stories == ()
    assert re.search(words, ended.fault), ended.fault
    assert "\n" not in ended.fault
    assert len(ended.fault) < 400
    assert "secret" not in ended.fault


@pytest.mark.parametrize("way", READERS)
@pytest.mark.parametrize(
    "later",
    [["169.254.169.254"], ["10.0.0.7"], ["127.0.0.1", "192.168.0.1"], ["64:ff9b::a00:1"]],
)
def test_names_that_lead_inside_after_the_first_look_gain_nothing(
    later: list[str], way: str, origin: Origin, parser: FeedParser
) -> None:
    """The first answer is allowed and redirects to its own name; the second leads elsewhere."""
    answers = [["127.0.0.1"], later]

    def rebinding(_host: str, _port: int) -> list[Address]:
        told = answers.pop(0) if len(answers) > 1 else answers[0]
        return [ip_address(one) for one in told]

    port = origin.url.rpartition(":")[2]
    origin.answers["/"] = leads(f"http://news.example:{port}/inside")
    url = f"http://news.example:{port}/a-story"
    ended = READERS[way](url, guarded(resolve=rebinding), parser)
    assert_refused(ended, "private address")
    assert [path for path, _ in origin.requests] == ["/a-story"]


@pytest.mark.parametrize("way", READERS)
@pytest.mark.parametrize(
    "trap",
    [
        "file:///etc/passwd", "/etc/passwd", "../../etc/passwd", "\\\\host\\share",
        "http://127.0.0.1@169.254.169.254/", "http://2130706433:1/", "http:///etc/passwd",
        "gopher://127.0.0.1:70/", "http://a b/", "http://\x00/", "HTTP://[::1", "",
    ],
)  # fmt: skip
def test_no_trick_of_writing_opens_a_file_or_a_port(
    trap: str, way: str, origin: Origin, parser: FeedParser
) -> None:
    public = Fetcher("digest-tests", deadline=DEADLINE, pace=Pace(gap=0))
    ended = READERS[way](trap, public, parser)
    assert ended.stories == ()
    assert ended.fault
    assert "root:" not in ended.fault
    assert origin.requests == []
