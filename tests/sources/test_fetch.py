"""The guarded client against origins that lie, stall and bloat."""

import gzip
import time
import zlib
from datetime import UTC, datetime, timedelta

import pytest

import digest
from digest.errors import SourceError
from digest.sources.build import user_agent
from digest.sources.fetch import BusyError, FetchedBody, Fetcher, GoneError, retry_after
from digest.sources.guard import TooSlowError
from digest.sources.inflate import TooLargeError, gather_body
from tests.sources.origin import LOOPBACK, Handler, Origin, fetcher

NOW = datetime(2026, 8, 20, 9, tzinfo=UTC)


def test_asks_as_itself_and_returns_what_came(origin: Origin) -> None:
    url = origin.gives("/f", b"news", Content_Type="text/xml; charset=ISO-8859-1", ETag='W/"1"')
    answer = fetcher().fetch(url, etag='"0"', last_modified="Wed, 19 Aug 2026 09:00:00 GMT")
    assert (answer.status, answer.body, answer.etag) == (200, b"news", 'W/"1"')
    assert (answer.content_type, answer.charset) == ("text/xml", "iso-8859-1")
    (_, headers), *_ = origin.requests
    assert headers["user-agent"] == "digest-tests"
    assert headers["if-none-match"] == '"0"'
    assert headers["if-modified-since"] == "Wed, 19 Aug 2026 09:00:00 GMT"
    assert headers["host"] == origin.url.removeprefix("http://")
    assert "cookie" not in headers


@pytest.mark.parametrize(
    ("contact", "said"),
    [
        ("https://paper.example/about", " (+https://paper.example/about)"),
        ("desk@paper.example\r\nX-Evil: 1", " (+desk@paper.exampleX-Evil: 1)"),
        ("", ""),
    ],
)
def test_the_user_agent_says_who_we_are_and_how_to_reach_us(
    origin: Origin, contact: str, said: str
) -> None:
    client = Fetcher(user_agent(contact), allow_private=LOOPBACK)
    client.fetch(origin.gives("/", b"news"))
    (_, headers), *_ = origin.requests
    assert headers["user-agent"] == f"newsletter-digest/{digest.__version__}{said}"
    assert "x-evil" not in headers


def test_the_environments_proxies_are_ignored(
    origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert fetcher().fetch(origin.gives("/", b"direct")).body == b"direct"


def test_follows_five_redirects_and_no_more(origin: Origin) -> None:
    def count_down(handler: Handler) -> None:
        left = int(handler.path.rpartition("/")[2])
        if left:
            handler.reply(302, Location=str(left - 1), Set_Cookie="a=b")
        else:
            handler.reply(200, b"there")

    origin.answers["/hop/"] = count_down
    answer = fetcher().fetch(f"{origin.url}/hop/5")
    assert (answer.body, answer.url) == (b"there", f"{origin.url}/hop/0")
    assert all("cookie" not in headers for _, headers in origin.requests)
    with pytest.raises(SourceError, match="more than 5 redirects"):
        fetcher().fetch(f"{origin.url}/hop/6")


def test_a_redirect_loop_ends(origin: Origin) -> None:
    with pytest.raises(SourceError, match="redirects"):
        fetcher().fetch(origin.gives("/loop", b"", 301, Location="/loop"))


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "x-gzip"])
def test_inflates(origin: Origin, encoding: str) -> None:
    packed = (
        zlib.compress(b"news" * 50_000)
        if encoding == "deflate"
        else gzip.compress(b"news" * 50_000, mtime=0)
    )
    url = origin.gives("/", packed, Content_Encoding=encoding)
    assert fetcher().fetch(url).body == b"news" * 50_000


def test_inflates_bare_deflate_and_several_members() -> None:
    bare = zlib.compressobj(wbits=-15)
    packed = bare.compress(b"news") + bare.flush()
    assert gather_body([packed], "deflate", 100) == b"news"
    members = gzip.compress(b"one ", mtime=0) + gzip.compress(b"two", mtime=0)
    assert gather_body([members[:9], members[9:30], members[30:]], "gzip", 100) == b"one two"


@pytest.mark.parametrize("members", [1, 40])
def test_a_gzip_bomb_is_stopped_at_the_limit(origin: Origin, members: int) -> None:
    bomb = gzip.compress(bytes(80_000_000 // members), mtime=0) * members
    assert len(bomb) < 200_000
    url = origin.gives("/", bomb, Content_Encoding="gzip")
    started = time.monotonic()
    with pytest.raises(TooLargeError, match="larger than 10 MB"):
        fetcher().fetch(url)
    assert time.monotonic() - started < 2


def test_an_endless_body_is_stopped_at_the_limit(origin: Origin) -> None:
    def endless(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        while True:
            handler.wfile.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")

    origin.answers["/"] = endless
    with pytest.raises(TooLargeError):
        fetcher().fetch(f"{origin.url}/")


@pytest.mark.parametrize(
    ("body", "headers", "words"),
    [
        (gzip.compress(b"news" * 999, mtime=0)[:-20], {"Content_Encoding": "gzip"}, "cut short"),
        (b"not gzip at all", {"Content_Encoding": "gzip"}, "damaged"),
        (b"news", {"Content_Encoding": "br"}, "was not asked for"),
        (b"news", {"Content_Length": "4000"}, "could not be read"),
    ],
)
def test_damaged_answers_say_so(
    origin: Origin, body: bytes, headers: dict[str, str], words: str
) -> None:
    with pytest.raises(SourceError, match=words):
        fetcher().fetch(origin.gives("/", body, 200, **headers))


def test_a_silent_server_is_left_after_the_idle_time(origin: Origin) -> None:
    origin.answers["/"] = lambda handler: time.sleep(2)
    started = time.monotonic()
    with pytest.raises(TooSlowError, match="took too long"):
        fetcher(idle=0.3).fetch(f"{origin.url}/")
    assert time.monotonic() - started < 1.5


@pytest.mark.parametrize("slow", ["headers", "body"])
def test_a_dripping_server_is_left_at_the_deadline(origin: Origin, slow: str) -> None:
    """Each byte comes well within the idle time; only the deadline over all ends it."""

    def drip(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        if slow == "body":
            handler.wfile.write(b"Content-Length: 9999\r\n\r\n")
        for _ in range(100):
            handler.wfile.write(b"X" if slow == "body" else b"X-Wait: 1\r\n")
            time.sleep(0.05)

    origin.answers["/"] = drip
    started = time.monotonic()
    with pytest.raises(TooSlowError):
        fetcher(deadline=0.6, idle=0.5).fetch(f"{origin.url}/")
    assert time.monotonic() - started < 2


def test_nobody_listening_is_one_clear_line() -> None:
    with Origin() as gone:
        url = gone.url
    with pytest.raises(SourceError, match="could not be read") as caught:
        fetcher().fetch(url)
    assert "Check that the address opens" in str(caught.value)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
def test_statuses_are_errors_only_when_asked(origin: Origin, status: int) -> None:
    answer = fetcher().fetch(origin.gives("/", b"no", status))
    assert (answer.status, answer.body) == (status, b"no")
    with pytest.raises(SourceError, match=str(status)):
        answer.check(NOW)


def test_410_is_gone_and_304_is_fine() -> None:
    with pytest.raises(GoneError):
        FetchedBody(url="", status=410).check(NOW)
    assert FetchedBody(url="", status=304).check(NOW).status == 304


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "600"}, timedelta(minutes=10)),
        ({"retry-after": "1"}, timedelta(minutes=1)),
        ({"retry-after": "99999999999999"}, timedelta(hours=24)),
        ({"retry-after": "Thu, 20 Aug 2026 09:30:00 GMT"}, timedelta(minutes=30)),
        (
            {
                "retry-after": "Thu, 20 Aug 2026 12:30:00 GMT",
                "date": "Thu, 20 Aug 2026 12:00:00 GMT",
            },
            timedelta(minutes=30),
        ),
        ({"retry-after": "Thu, 20 Aug 2020 12:30:00 GMT"}, timedelta(minutes=1)),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_retry_after_in_both_forms(headers: dict[str, str], wait: timedelta | None) -> None:
    assert retry_after(headers, NOW) == wait
    with pytest.raises(BusyError) as caught:
        FetchedBody(url="", status=429, headers=headers).check(NOW)
    assert caught.value.wait == wait
