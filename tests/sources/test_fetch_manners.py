"""How sources are asked: in turn, remembering where they live, and how often they want it."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from digest.errors import SourceError
from digest.model import GatheredSource, GatherStatus, SourceMemory
from digest.sources import moves
from digest.sources.feed import FeedSettings, FeedSource
from digest.sources.fetch import FetchedBody, fresh_seconds
from digest.sources.guard import TooSlowError
from digest.sources.pace import Pace
from digest.sources.parse import FeedParser
from tests.sources.origin import Handler, Origin, fetcher

NOW = datetime(2026, 8, 20, 9, tzinfo=UTC)
DAY = timedelta(days=1)
FRESH = SourceMemory()
FEED = (
    b"<rss version='2.0'><channel><title>Wire</title><ttl>90</ttl><item><title>Storm</title>"
    b"<link>https://example.org/storm</link></item></channel></rss>"
)


def poll(
    parser: FeedParser, url: str, memory: SourceMemory = FRESH, now: datetime = NOW
) -> GatheredSource:
    source = FeedSource(FeedSettings(name="wire", url=url), fetcher(), parser)
    return source.gather(memory, now)


def test_one_request_at_a_time_to_a_host_with_a_pause_between(origin: Origin) -> None:
    open_now, most, starts = [0], [0], []
    lock = threading.Lock()

    def answer(handler: Handler) -> None:
        with lock:
            open_now[0] += 1
            most[0] = max(most[0], open_now[0])
            starts.append(time.monotonic())
        time.sleep(0.02)
        with lock:
            open_now[0] -= 1
        handler.reply(200, b"news")

    origin.answers["/"] = answer
    client = fetcher(gap=0.05)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda number: client.fetch(f"{origin.url}/{number}"), range(6)))
    assert most == [1]
    assert min(later - earlier for earlier, later in pairwise(starts)) >= 0.05


def test_other_hosts_do_not_wait_and_a_queue_gives_up() -> None:
    pace = Pace(gap=0, patience=0.05)
    with pace.turn("slow.example"):
        with pace.turn("quick.example"):
            pass
        with pytest.raises(TooSlowError, match="held up"), pace.turn("SLOW.example"):
            pass
    with pace.turn("slow.example"):
        pass


@pytest.mark.parametrize(
    ("hops", "moved"),
    [
        ((), ""),
        (((301, "https://a.example/2"),), "https://a.example/2"),
        (((308, "https://a.example/2"), (301, "https://a.example/3")), "https://a.example/3"),
        (((301, "https://a.example/2"), (302, "https://cdn.example/3")), "https://a.example/2"),
        (((302, "https://a.example/2"), (301, "https://a.example/3")), ""),
    ],
)
def test_only_what_is_permanent_from_the_start_is_a_move(
    hops: tuple[tuple[int, str], ...], moved: str
) -> None:
    assert FetchedBody(url="", status=200, hops=hops).moved_to == moved


def test_a_move_is_believed_on_the_second_day(origin: Origin, parser: FeedParser) -> None:
    new = origin.gives("/new", FEED)
    old = origin.gives("/old", b"", 301, Location="/new")
    first = poll(parser, old)
    assert (first.status, first.memory.address) == (GatherStatus.OK, "")
    same_day = poll(parser, old, first.memory, NOW + timedelta(hours=1))
    assert same_day.memory.address == ""
    next_day = poll(parser, old, same_day.memory, NOW + DAY)
    assert next_day.memory.address == new
    assert f"put {new} in its settings" in next_day.note
    origin.requests.clear()
    poll(parser, old, next_day.memory, NOW + 2 * DAY)
    assert [path for path, _ in origin.requests] == ["/new"]


def test_a_redirect_that_goes_away_or_elsewhere_is_forgotten() -> None:
    def learn(memory: SourceMemory, target: str, day: int) -> SourceMemory:
        hops = ((301, target),) if target else ()
        answer = FetchedBody(url="", status=200, hops=hops)
        return moves.learn("https://a.example/f", memory, answer, NOW + day * DAY)[0]

    once = learn(SourceMemory(), "https://a.example/2", 0)
    assert learn(learn(once, "", 1), "https://a.example/2", 2).address == ""
    assert learn(once, "https://a.example/3", 1).address == ""
    assert learn(once, "https://a.example/2", 1).address == "https://a.example/2"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://example.org/f", "https://www.example.org/feed", True),
        ("https://example.org/f", "https://feeds.example.org/f", True),
        ("https://example.org/f", "https://example.com/f", False),
        ("https://a.co.uk/f", "https://b.co.uk/f", False),
        ("https://example.org/f", "https://badexample.org/f", False),
    ],
)
def test_a_move_to_another_domain_is_always_told(one: str, other: str, same: bool) -> None:
    answer = FetchedBody(url="", status=200, hops=((301, other),))
    learnt, note = moves.learn(one, SourceMemory(), answer, NOW)
    assert (note == "") is same
    settled, told = moves.learn(one, learnt, answer, NOW + DAY)
    assert settled.address == other
    later = moves.learn(one, settled, FetchedBody(url=other, status=200), NOW + 2 * DAY)[1]
    assert told
    assert (later == "") is same


def test_an_address_that_fails_after_a_move_is_forgotten(
    origin: Origin, parser: FeedParser
) -> None:
    old = origin.gives("/old", FEED)
    memory = replace(poll(parser, old).memory, address=f"{origin.url}/lost")
    failed = poll(parser, old, memory)
    assert (failed.status, failed.memory.address) == (GatherStatus.FAILED, "")
    assert poll(parser, old, failed.memory).status is GatherStatus.OK


def test_ten_404s_over_three_days_are_told_as_degraded(origin: Origin, parser: FeedParser) -> None:
    memory, note = SourceMemory(), ""
    for number in range(12):
        gathered = poll(parser, f"{origin.url}/none", memory, NOW + number * timedelta(hours=8))
        memory, note = gathered.memory, gathered.note
        assert ("degraded" in note) is (number >= 9)
    origin.gives("/none", FEED)
    assert poll(parser, f"{origin.url}/none", memory).memory.missing == 0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"cache-control": "public, max-age=600"}, 600),
        ({"cache-control": "max-age=600", "age": "500"}, 100),
        ({"cache-control": "max-age=99999999"}, 86_400),
        ({"cache-control": "no-cache, max-age=600"}, 0),
        ({"cache-control": "max-age=soon"}, 0),
        (
            {"expires": "Thu, 20 Aug 2026 10:00:00 GMT", "date": "Thu, 20 Aug 2026 09:00:00 GMT"},
            3600,
        ),
        ({"expires": "0"}, 0),
        ({"expires": "Thu, 20 Aug 2020 10:00:00 GMT"}, 0),
    ],
)
def test_how_long_an_answer_stays_fresh(headers: dict[str, str], seconds: int) -> None:
    assert fresh_seconds(headers, NOW) == seconds


def test_ttl_and_headers_are_remembered_the_longer_one(origin: Origin, parser: FeedParser) -> None:
    assert poll(parser, origin.gives("/a", FEED)).memory.fresh_seconds == 5400
    longer = origin.gives("/b", FEED, Cache_Control="max-age=7200")
    assert poll(parser, longer).memory.fresh_seconds == 7200


def test_what_was_answered_is_handed_on_even_where_it_is_no_feed(
    origin: Origin, parser: FeedParser
) -> None:
    page = poll(parser, origin.gives("/p", b"<html><p>Sorry</p></html>", Content_Type="text/html"))
    assert page.status is GatherStatus.FAILED
    assert page.body is not None
    assert (page.body.content, page.body.content_type) == (
        b"<html><p>Sorry</p></html>",
        "text/html",
    )
    assert poll(parser, origin.gives("/n", b"", 304)).body is None


def test_names_that_lead_elsewhere_the_second_time_gain_nothing(origin: Origin) -> None:
    """What was checked is what is dialled: the name is resolved once per connection."""
    from ipaddress import ip_address

    from digest.sources.fetch import Fetcher

    asked = []

    def rebinding(host: str, port: int) -> list[object]:
        asked.append(host)
        return [ip_address("192.0.2.1" if len(asked) == 1 else "127.0.0.1")]

    client = Fetcher("digest-tests", resolve=rebinding, deadline=1, idle=0.3)  # type: ignore[arg-type]
    for _ in range(2):
        with pytest.raises(SourceError):
            client.fetch(origin.url.replace("127.0.0.1", "rebind.example"))
    assert asked == ["rebind.example", "rebind.example"]
    assert origin.requests == []
