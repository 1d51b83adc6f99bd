"""Several transports from config.toml to the mailbox, and mail that SendGrid holds back."""

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest import bundled, sample
from digest.app import App
from digest.clock import SystemClock
from digest.config import load
from digest.errors import WrongStateError
from digest.model import DeliveryState, Issue, IssueState
from tests.deliver.servers import Api, MailServer, mail_server, sendgrid_api

REAL = {
    "sending.from": "The Meridian <news@example.org>",
    "sending.reply_to": "desk@example.org",
    "newsroom.postal_address": "1 Home Street, Here",
    "web.public_url": "http://127.0.0.1:8000",
    "web.signing_keys": "k1:" + "5" * 40,
    "web.pepper": '"' + "7" * 40 + '"',
    "sending.transport": '"routes"',
    # its readers are on this machine
    "preflight.live_hosts": '["127.0.0.1"]',
}


def newsroom(folder: Path, settings: dict[str, str]) -> App:
    """The sample newsroom, whose mail is real."""
    shutil.copy(bundled.sample_config(), folder / "config.toml")
    app = App(load(folder / "config.toml", REAL | settings), SystemClock())
    app.migrate()
    sample.write(folder / "var/sample", app.clock.now(), "http://127.0.0.1:8000/sample")
    with sample.subscribers().open("rb") as stream:
        app.people.import_csv(stream, now=app.clock.now(), actor="test")  # type: ignore[arg-type]
    return app


def send(app: App, until: datetime | None = None) -> Issue:
    """Today's morning issue, now."""
    from digest import pipeline

    pipeline.refresh(app.parts)
    issue = app.newsroom.today("morning")
    if until:
        app.newsroom.hold(issue, until)
    return app.newsroom.send_now(issue)


@pytest.fixture
def two() -> Iterator[tuple[MailServer, MailServer]]:
    with mail_server() as first, mail_server() as second:
        yield first, second


def relay(name: str, server: MailServer) -> dict[str, str]:
    key = f"sending.routes.{name}"
    return {
        f"{key}.transport": '"smtp"',
        f"{key}.smtp.host": '"127.0.0.1"',
        f"{key}.smtp.port": str(server.port),
        f"{key}.smtp.security": '"none"',
    }


def test_a_new_relay_gets_what_its_plan_allows_and_the_old_one_the_rest(
    tmp_path: Path, two: tuple[MailServer, MailServer]
) -> None:
    today = datetime.now(UTC).date()
    plan = {
        "sending.routes.new.warm_up.started": str(today),
        "sending.routes.new.warm_up.per_day": "4",
        "sending.routes.new.per_second": "100",
    }
    app = newsroom(tmp_path, relay("new", two[0]) | relay("old", two[1]) | plan)
    issue = send(app)
    assert issue.state is IssueState.SENT
    got = [Counter(to for _, to, _ in server.received) for server in two]
    assert [one.total() for one in got] == [
        4,
        app.newsroom.progress(issue)[DeliveryState.ACCEPTED] - 4,
    ]
    assert not got[0].keys() & got[1].keys()
    told = {one.name: one for one in app.newsroom.routes()}
    assert (told["new"].warmed, told["new"].most) == (4, 4)
    assert told["old"].most is None


def test_with_no_other_relay_the_rest_are_left_out_by_name(
    tmp_path: Path, two: tuple[MailServer, MailServer]
) -> None:
    plan = {
        "sending.routes.new.warm_up.started": str(datetime.now(UTC).date()),
        "sending.routes.new.warm_up.per_day": "100",
        "sending.routes.new.warm_up.per_domain": "3",
    }
    app = newsroom(tmp_path, relay("new", two[0]) | plan)
    issue = send(app)
    told = app.newsroom.progress(issue)
    left_out = app.newsroom.left_out(issue.id)
    assert told[DeliveryState.EXCLUDED] == len(left_out) > 0
    got = Counter(to.rpartition("@")[2] for _, to, _ in two[0].received)
    assert got.total() == told[DeliveryState.ACCEPTED]
    assert max(got.values()) == 3


@pytest.fixture
def api() -> Iterator[Api]:
    with sendgrid_api() as made:
        yield made


def grid(api: Api) -> dict[str, str]:
    return {
        "sending.transport": '"sendgrid"',
        "sending.sendgrid.api_key": '"SG.key"',
        "sending.sendgrid.host": f'"{api.host}"',
        "sending.sendgrid.categories": '["trial"]',
    }


def test_held_mail_can_be_called_back(tmp_path: Path, api: Api) -> None:
    app = newsroom(tmp_path, grid(api))
    until = datetime.now(UTC) + timedelta(hours=2)
    issue = send(app, until)
    readers = len(api.refs())
    assert app.newsroom.progress(issue) == {DeliveryState.ACCEPTED: readers}
    assert {one["send_at"] for one in api.asked} == {int(until.timestamp())}
    assert {one["batch_id"] for one in api.asked} == {"B1"}
    assert all("trial" in one["categories"] for one in api.asked)
    assert app.newsroom.call_back(issue) == readers
    assert app.newsroom.progress(issue) == {DeliveryState.EXCLUDED: readers}
    assert [path for path, _ in api.schedules] == ["/v3/mail/batch", "/v3/user/scheduled_sends"]
    assert app.newsroom.call_back(issue) == 0, "once is enough"
    assert len(api.schedules) == 2


def test_it_is_too_late_ten_minutes_before(tmp_path: Path, api: Api) -> None:
    app = newsroom(tmp_path, grid(api))
    issue = send(app, datetime.now(UTC) + timedelta(minutes=9))
    with pytest.raises(WrongStateError, match="too late"):
        app.newsroom.call_back(issue)
    assert DeliveryState.EXCLUDED not in app.newsroom.progress(issue)


def test_only_a_provider_that_can_is_asked_to_hold(
    tmp_path: Path, two: tuple[MailServer, MailServer]
) -> None:
    app = newsroom(tmp_path, relay("new", two[0]))
    with pytest.raises(WrongStateError, match="cannot hold"):
        send(app, datetime.now(UTC) + timedelta(hours=2))
    assert not two[0].received
