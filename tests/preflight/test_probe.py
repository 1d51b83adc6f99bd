"""Addresses are tried through the guarded client, a few at a time."""

from digest.steps.probe import Probe
from tests.sources.origin import LOOPBACK, Handler, Origin


def wants_no_head(handler: Handler) -> None:
    """Some servers refuse HEAD and answer GET."""
    handler.reply(405 if handler.command == "HEAD" else 200, b"y" * 50)


def test_it_asks_for_the_head_and_for_all_where_that_is_refused() -> None:
    with Origin() as origin:
        there = origin.gives("/there", b"x" * 700, Content_Type="image/png")
        moved = origin.gives("/moved", b"", 302, Location="/there")
        origin.answers["/no-head"] = wants_no_head
        gone, no_head = f"{origin.url}/gone", f"{origin.url}/no-head"
        found = Probe(allow_private=LOOPBACK)([there, there, moved, no_head, gone])
        asked = [path for path, _ in origin.requests]
    assert asked.count("/no-head") == asked.count("/gone") == 2
    assert asked.count("/there") == 2, "once for itself, once for what moved there"
    told = {url: (answer.status, answer.kind, answer.size) for url, answer in found.items()}
    assert told[there] == told[moved] == (200, "image/png", 700)
    assert told[no_head] == (200, "", 50)
    assert found[gone].status == 404


def test_it_goes_nowhere_private_and_leaves_this_machine_to_the_links() -> None:
    refused = Probe()(["http://127.0.0.1:1/a", "http://10.0.0.1/a", "ftp://a.news/a"])
    assert set(refused) == {"http://10.0.0.1/a", "ftp://a.news/a"}
    assert all(answer.problem for answer in refused.values())
