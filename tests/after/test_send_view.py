"""The page of an issue on its way: what went, what is left, how fast; and its buttons."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import sqlalchemy as sa

from digest.model import DeliveryState, IssueState
from digest.steps.address import address
from digest.steps.send import send
from digest.store.tables import delivery
from tests.after.room import furnish
from tests.line.newsroom import csv

READERS = 60


def people() -> str:
    rows = (
        (f"r{one}@news.example", f"R{one}", "", "", "", "daily", "", "form", "")
        for one in range(READERS)
    )
    return csv(rows)


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_what_went_and_what_is_left(tmp_path: Path) -> None:
    room = furnish(tmp_path, readers=people())
    app, client = room.app, room.client
    app.tick(sending=False)
    issue = app.newsroom.open_next("daily")
    base = f"/desk/issues/{issue.id}/send"
    assert 'http-equiv="refresh"' not in client.get(base).text
    assert client.post(f"{base}/now").status_code == 303
    issue = address(app.parts, app.newsroom.issue(issue.id))
    page = client.get(base)
    # By reload where there are no scripts; the script asks for the same page.
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page.text
    assert "refresh" not in {name.lower() for name in page.headers}
    assert 'data-every="5"' in page.text
    assert f"planned {READERS}" in words(page.text)
    assert "a second over the last minute" not in words(page.text)

    assert client.post(f"{base}/pause", data={"why": "wait"}).status_code == 303
    told = words(client.get(base).text)
    assert "paused by this machine: wait" in told
    assert "Go on" in told
    assert client.post(f"{base}/resume").status_code == 303

    room.clock.at += timedelta(seconds=10)
    send(app.parts, issue)
    with app.engine.begin() as connection:
        for state, upto in ((DeliveryState.IN_DOUBT, 2), (DeliveryState.DEFERRED, 22)):
            connection.execute(
                sa.update(delivery)
                .where(
                    delivery.c.subscriber_id <= upto,
                    delivery.c.state == DeliveryState.ACCEPTED.value,
                )
                .values(state=state.value)
            )
    told = words(client.get(base).text)
    for part in ("accepted 38", "deferred 20", "doubtful 2", "In doubt: 2", "40 of 60"):
        assert part in told, part
    # Of 60 in ten seconds twenty are open again: 4 a second, so five seconds are left.
    assert "4.0 a second over the last minute: done in 0 min" in told
    assert client.post(f"{base}/decide", data={"decision": "accept"}).status_code == 200
    assert "In doubt" not in words(client.get(base).text)
    assert client.post(f"{base}/stop", data={"why": "enough"}).status_code == 303
    assert app.newsroom.issue(issue.id).state is IssueState.SENT
    told = words(client.get(base).text)
    assert "expired 20" in told
    assert 'data-every="0"' in client.get(base).text
    app.engine.dispose()
