"""SendGrid takes a request and its answer is lost: its events tell, and nobody is mailed twice."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine

import subscribers
from digest.clock import SetClock
from digest.deliver.hooks import sendgrid
from digest.deliver.reconcile import reconcile
from digest.deliver.transports.sendgrid import SendGrid
from digest.model import DeliveryState
from digest.store import doubt, ledger
from digest.store.engine import reading
from tests.deliver.newsroom import ISSUE, NOW, audience, freeze, sender
from tests.deliver.servers import Answer, sendgrid_api
from tests.hear.house import House
from tests.hear.posting import told
from tests.subscribers.conftest import house

READERS = 40


def events_of(bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What SendGrid would tell of the requests that it took: its own words, with our arguments."""
    return [
        told("processed", 1, 0, **body["custom_args"], **one["custom_args"])
        for body in bodies
        for one in body["personalizations"]
    ]


@pytest.mark.parametrize("accepts", [True, False])
def test_events_settle_what_the_wire_could_not(
    engine: Engine, tmp_path: Path, accepts: bool
) -> None:
    """Every third request is broken off: after SendGrid took it, or before."""
    subscribers.migrate(engine)
    room = House(engine, house(engine), SetClock(NOW))
    freeze(engine, READERS, 10, variants=2)

    def answer(number: int, body: dict[str, Any]) -> Answer:
        del body
        return Answer(status=202 if accepts else 500, drop=True) if number % 3 == 0 else Answer()

    with sendgrid_api(answer) as api:
        transport = SendGrid("SG.secret", host=api.host, timeout=3)
        clock = SetClock(NOW)
        work = sender(engine, transport, audience(READERS), tmp_path, clock)
        for _ in range(20):
            work.send_issue(ISSUE, "daily")
            room.hearing.hear(
                [
                    one
                    for e in events_of(api.accepted)
                    if (one := sendgrid.event(e, NOW)) is not None
                ]
            )
            reconcile(engine, transport, tmp_path / "journals", NOW, ISSUE)
            clock.at += work.lease
    got = Counter(api.refs())
    with reading(engine) as connection:
        counts = ledger.counts(connection, ISSUE)
        left = doubt.unsettled(connection, ISSUE)
    assert max(got.values()) == 1, "nobody is mailed twice"
    if accepts:
        assert counts == {DeliveryState.ACCEPTED: READERS}
        assert left == []
        assert len(got) == READERS
    else:
        # Nothing tells of these: they stay listed, and are not sent again by themselves.
        assert counts[DeliveryState.ACCEPTED] == len(got)
        assert counts[DeliveryState.IN_DOUBT] == READERS - len(got)
        assert left
