"""SendGrid's posts: verified, read and committed, against a bare insert of the same rows."""

import json
import sqlite3
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from starlette.testclient import TestClient

from tests.bench.measure import Figure, compare
from tests.hear.house import NOW, build, in_file
from tests.hear.posting import STAMP, dumped, serve, signed, told

#: so many make a post of 747 KB, as SendGrid sends them at most
EVENTS = 1680
POSTS = 6
AT = f"{NOW:%Y-%m-%d %H:%M:%S.%f}"


def events() -> Iterator[Figure]:
    """Events a CPU second on SQLite, signatures and all commits included."""
    with tempfile.TemporaryDirectory() as folder:
        room = build(in_file(Path(folder)))
        pages = serve(room)
        numbers = count(1)
        key = pages.key

        def posts() -> list[bytes]:
            return [
                dumped(
                    [
                        told("delivered", 1, next(numbers), response="250 2.0.0 OK " + "x" * 75)
                        for _ in range(EVENTS)
                    ]
                )
                for _ in range(POSTS)
            ]

        made = [[(body, signed(key, body, STAMP)) for body in posts()] for _ in range(5)]
        others = [[body for body, _ in one] for one in made]
        with TestClient(pages.app) as client:

            def ours() -> int:
                for body, headers in made.pop():
                    answer = client.post("/hooks/sendgrid", content=body, headers=headers)
                    assert answer.status_code == 200
                return POSTS * EVENTS

            def bare() -> int:
                """What no webhook can beat: JSON into rows, nothing checked, a commit a post."""
                raw = sqlite3.connect(Path(folder) / "house.sqlite3")
                raw.execute("PRAGMA synchronous=FULL")
                for body in others.pop():
                    rows = [
                        (f"bare:{one['sg_event_id']}", one["dg_delivery"].partition("-")[2])
                        for one in json.loads(body)
                    ]
                    with raw:
                        raw.executemany(
                            "INSERT INTO delivery_event (id, kind, issue_id, subscriber_id, batch,"
                            " source, code, at, heard_at, pending) VALUES (?, 'delivered', 1, ?,"
                            f" '1.1.1', 'sendgrid', '250 2.0.0', '{AT}', '{AT}', 0)",
                            rows,
                        )
                raw.close()
                return POSTS * EVENTS

            yield compare(
                "webhook, posts of 747 KB",
                ours,
                bare,
                unit="events/s",
                beside="json and a bare insert of the same rows",
                bar=None,
            )
        room.engine.dispose()
