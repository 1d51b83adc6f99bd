"""SendGrid: request bodies judged by its own description, answers by phase."""

import html
import json
import logging
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from jsonschema import Draft202012Validator

from digest.deliver.journal import FileJournal
from digest.deliver.pace import ProviderBusyError
from digest.deliver.transports.sendgrid import CULPRITS, SendGrid
from digest.deliver.transports.sendgrid_body import FORBIDDEN, Bodies, Wishes
from digest.errors import TransportError
from digest.model import DeliveryState, Message, Outcome, Token
from digest.render.tokens import fill
from tests.deliver.newsroom import message, rendered
from tests.deliver.servers import Answer, Api, closed_port, sendgrid_api
from tests.parts import SHARED_DATA, prism

ACCEPTED, REJECTED = DeliveryState.ACCEPTED, DeliveryState.REJECTED
DEFERRED, IN_DOUBT = DeliveryState.DEFERRED, DeliveryState.IN_DOUBT
PLANNED = DeliveryState.PLANNED


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[FileJournal]:
    with FileJournal.open(tmp_path, "1.1.1") as made:
        yield made


def mails(count: int, variants: int = 1) -> list[Message]:
    made = [rendered(f"v{number}") for number in range(variants)]
    return [message(number, made[number % variants]) for number in range(1, count + 1)]


def transport(host: str, **settings: Any) -> SendGrid:
    return SendGrid("SG.secret", host=host, **{"timeout": 3, **settings})


def send(
    api: Api, journal: FileJournal, messages: list[Message], **settings: Any
) -> dict[int, Outcome]:
    answers = transport(api.host, **settings).send("1.1.1", messages, journal)
    return {one.subscriber: one for one in answers}


def states(outcomes: dict[int, Outcome]) -> list[DeliveryState]:
    return [outcomes[number].state for number in sorted(outcomes)]


# --- bodies -------------------------------------------------------------------------------------


@pytest.fixture
def many() -> Iterator[tuple[Api, dict[int, Outcome]]]:
    """2,500 readers of three variants, handed over in batches as the sender would."""
    with sendgrid_api() as api:
        smtp = transport(api.host)
        outcomes: dict[int, Outcome] = {}
        messages = mails(2500, 3)
        for number, start in enumerate(range(0, 2500, smtp.batch_size), 1):
            part = messages[start : start + smtp.batch_size]
            outcomes |= {
                one.subscriber: one for one in smtp.send(f"1.{number}.1", part, NoJournal())
            }
        yield api, outcomes


def written(one: Message, wishes: Wishes = Wishes(), batch: str = "1.1.1") -> dict[str, Any]:  # noqa: B008 - frozen
    """The body of a request for one message."""
    bodies = Bodies(batch, wishes)
    return dict(json.loads(bodies.write([bodies.ready(one)])))


class NoJournal:
    """Where a test looks elsewhere."""

    def handing_over(self, subscribers: object) -> None:
        """Not noted."""

    def settled(self, outcomes: object) -> None:
        """Not noted."""


def test_2500_readers_each_once_and_never_over_1000(
    many: tuple[Api, dict[int, Outcome]],
) -> None:
    api, outcomes = many
    assert Counter(api.refs()) == {f"1-{number}": 1 for number in range(1, 2501)}
    assert max(len(one["personalizations"]) for one in api.asked) <= 1000
    assert states(outcomes) == [ACCEPTED] * 2500
    assert outcomes[1].code == "202"
    assert outcomes[1].provider_id.startswith("m")


def test_readers_of_one_variant_share_a_request(journal: FileJournal) -> None:
    with sendgrid_api() as api:
        send(api, journal, mails(90, 3))
    assert [len(one["personalizations"]) for one in api.asked] == [30, 30, 30]
    assert len({one["subject"] for one in api.asked}) == 3


def test_an_address_is_in_a_request_once_whatever_its_case(journal: FileJournal) -> None:
    twins = [
        message(1, address="Ann@Example.com"),
        message(2, address="ann@example.com"),
        message(3, address="bob@example.com"),
    ]
    with sendgrid_api() as api:
        assert states(send(api, journal, twins)) == [ACCEPTED] * 3
    addresses = [
        [one["to"][0]["email"].casefold() for one in asked["personalizations"]]
        for asked in api.asked
    ]
    assert addresses == [["ann@example.com", "bob@example.com"], ["ann@example.com"]]


def test_what_a_reader_gets_is_what_the_other_transports_send() -> None:
    one = message(7)
    made = written(one)
    found = {}
    for part in made["content"]:
        text = part["value"]
        for key, value in made["personalizations"][0]["substitutions"].items():
            text = text.replace(key, value)
        found[part["type"]] = text
    assert list(found) == ["text/plain", "text/html"]
    assert found["text/plain"] == fill(one.variant.text, one.tokens, html=False)
    assert found["text/html"] == fill(one.variant.html, one.tokens, html=True)
    assert html.escape(one.tokens[Token.PREFERENCES_URL]) in found["text/html"]


def test_a_reader_of_plain_text_gets_no_html() -> None:
    plain = replace(rendered("v1"), plain=True)
    made = written(message(7, plain))
    assert [part["type"] for part in made["content"]] == ["text/plain"]


def test_headers_as_set() -> None:
    one = message(7)
    mailto = "mailto:leave@news.example?subject=0000000000000000000007"
    told = replace(one, headers=replace(one.headers, precedence="list", leave_mailto=mailto))
    made = written(told)
    assert made["headers"]["Precedence"] == "list"
    unsubscribe = made["personalizations"][0]["headers"]["List-Unsubscribe"]
    assert unsubscribe == f"<{one.headers.leave_url}>, <{mailto}>"
    silent = replace(one, headers=replace(one.headers, precedence=""))
    made = written(silent)
    assert "Precedence" not in made["headers"]


def test_substitution_keys_are_not_to_be_guessed() -> None:
    made = [written(message(1)) for _ in range(2)]
    first, second = (set(one["personalizations"][0]["substitutions"]) for one in made)
    assert first.isdisjoint(second)
    assert all(key.isalnum() and len(key) > 20 for key in first | second)


def test_headers_and_arguments(many: tuple[Api, dict[int, Outcome]]) -> None:
    api, _ = many
    asked = api.asked[0]
    assert asked["custom_args"] == {"dg_issue": "1", "dg_batch": "1.1.1", "dg_attempt": "1"}
    assert asked["categories"] == ["daily"]
    assert asked["reply_to"] == {"email": "desk@example.org", "name": "Desk"}
    assert asked["headers"]["List-Id"] == "<daily.example.org>"
    assert asked["headers"]["Feedback-ID"] == "1:daily:v1:digest"
    one = asked["personalizations"][0]
    number = one["custom_args"]["dg_delivery"].partition("-")[2]
    assert one["headers"] == {
        "List-Unsubscribe": f"<https://news.example.org/u/{int(number):022d}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    tracking = asked["tracking_settings"]
    assert {name: setting["enable"] for name, setting in tracking.items()} == dict.fromkeys(
        ("click_tracking", "open_tracking", "subscription_tracking", "ganalytics"), False
    )
    assert tracking["click_tracking"]["enable_text"] is False


def test_categories_are_the_editions_and_the_owners_each_once() -> None:
    mine = tuple(f"c{number}" for number in range(9))
    assert written(message(1), Wishes(categories=("daily", *mine)))["categories"] == [
        "daily",
        *mine,
    ]


def test_with_a_group_of_sendgrids_its_way_to_leave_stands_in_place_of_ours() -> None:
    made = written(message(1), Wishes(asm_group=7))
    assert made["asm"] == {"group_id": 7}
    assert "headers" not in made["personalizations"][0]
    assert "asm" not in written(message(1, leave_url=""), Wishes(asm_group=7)), "a letter"


def test_a_letter_has_no_attempt() -> None:
    made = written(message(1), batch="confirm-ab12")
    assert made["custom_args"] == {"dg_issue": "confirm-ab12", "dg_batch": "confirm-ab12"}


def test_what_sendgrid_keeps_for_ever_holds_no_address(
    many: tuple[Api, dict[int, Outcome]],
) -> None:
    api, _ = many
    for asked in api.asked:
        kept = [asked["custom_args"], asked["categories"]]
        kept += [one["custom_args"] for one in asked["personalizations"]]
        assert "@" not in json.dumps(kept)


def test_limits_that_the_description_does_not_tell(many: tuple[Api, dict[int, Outcome]]) -> None:
    api, _ = many
    for asked in api.asked:
        assert [part["type"] for part in asked["content"]] == ["text/plain", "text/html"]
        assert len(json.dumps(asked)) < 30_000_000
        assert "send_at" not in asked
        for one in asked["personalizations"]:
            assert not FORBIDDEN & {name.lower() for name in one["headers"] | asked["headers"]}
        addresses = [one["to"][0]["email"].casefold() for one in asked["personalizations"]]
        assert len(set(addresses)) == len(addresses)
        assert len(asked["categories"]) == len(set(asked["categories"])) <= 10
        for one in asked["personalizations"]:
            assert len(json.dumps(one["substitutions"])) < 10_000
            assert len(json.dumps([asked["custom_args"], one["custom_args"]])) < 10_000
            values = [*one["substitutions"].values(), *one["custom_args"].values()]
            assert all(isinstance(value, str) for value in values)


@pytest.mark.parametrize("name", ["Reply-To", "X-SG-EID", "content-type"])
def test_a_header_that_sendgrid_writes_itself_is_refused(name: str, journal: FileJournal) -> None:
    one = message(1)
    bad = replace(one, headers=replace(one.headers, extra=((name, "x"),)))
    with sendgrid_api() as api:
        outcomes = send(api, journal, [bad, message(2)])
    assert states(outcomes) == [REJECTED, ACCEPTED]


def test_too_long_a_substitution_is_one_readers_trouble(journal: FileJournal) -> None:
    one = message(1)
    bad = replace(one, tokens={**one.tokens, Token.PREFERENCES_URL: "https://x/" + "y" * 9000})
    with sendgrid_api() as api:
        assert states(send(api, journal, [bad, message(2)])) == [REJECTED, ACCEPTED]


# --- answers ------------------------------------------------------------------------------------


def test_too_many_requests_wait_until_told(journal: FileJournal) -> None:
    def busy(number: int, asked: dict[str, Any]) -> Answer:
        error = {"field": None, "message": "too many requests"}
        return (
            Answer() if number == 1 else Answer(429, [error], {"X-RateLimit-Reset": "1795500000"})
        )

    told: list[Outcome] = []
    with sendgrid_api(busy) as api, pytest.raises(ProviderBusyError) as caught:
        told += send_all(transport(api.host), mails(90, 3), journal, told)
    assert caught.value.until == datetime.fromtimestamp(1795500000, UTC)
    assert Counter(one.state for one in told) == {ACCEPTED: 30, DEFERRED: 30}
    assert len(api.asked) == 2, "the third request was not even tried"
    assert len(journal.read().handed) == 60


def send_all(
    one: SendGrid, messages: list[Message], journal: FileJournal, told: list[Outcome]
) -> list[Outcome]:
    """Puts outcomes into ``told`` as they come, so that those before an error are seen."""
    for outcome in one.send("1.1.1", messages, journal):
        told.append(outcome)  # noqa: PERF402 - see above
    return []


@pytest.mark.parametrize("told", ["", "soon", "99999999999999999999"])
def test_a_rate_limit_without_a_time(told: str, journal: FileJournal) -> None:
    answer = Answer(429, headers={"X-RateLimit-Reset": told})
    with sendgrid_api(lambda *_: answer) as api, pytest.raises(ProviderBusyError) as caught:
        send(api, journal, mails(1))
    assert caught.value.until is None


@pytest.mark.parametrize(("status", "word"), [(401, "api_key"), (403, "api_key"), (404, "404")])
def test_a_refused_key_stops_everything_and_nothing_was_sent(
    status: int, word: str, journal: FileJournal
) -> None:
    errors = [{"field": None, "message": "authorization required for ann@example.com"}]
    with (
        sendgrid_api(lambda *_: Answer(status, errors)) as api,
        pytest.raises(TransportError, match=word) as caught,
    ):
        send(api, journal, mails(90, 3))
    assert len(api.asked) == 1
    assert "@" not in str(caught.value)
    assert "SG.secret" not in str(caught.value)
    assert {one.state for one in journal.read().answers.values()} == {PLANNED}


@pytest.mark.parametrize(
    "answer",
    [
        *[Answer(status) for status in (500, 502, 503, 504)],
        Answer(drop=True),
        Answer(wait=5),
        Answer(200),
    ],
    ids=str,
)
def test_an_answer_that_is_none_leaves_the_request_in_doubt(
    answer: Answer, journal: FileJournal
) -> None:
    started = time.monotonic()
    with sendgrid_api(lambda *_: answer) as api, pytest.raises(TransportError):
        send(api, journal, mails(90, 3), timeout=0.5)
    assert time.monotonic() - started < 3
    assert len(api.asked) == 1, "what may be accepted is not sent again, nor is more put in doubt"
    read = journal.read()
    assert len(read.handed) == 30
    assert {one.state for one in read.answers.values()} == {IN_DOUBT}


def test_a_bad_request_tells_why_but_no_address(journal: FileJournal) -> None:
    errors = [{"field": "content", "message": "no content for ann@example.com here", "help": None}]
    with sendgrid_api(lambda *_: Answer(400, errors)) as api:
        outcomes = send(api, journal, mails(3))
    assert states(outcomes) == [REJECTED] * 3
    assert outcomes[1].code == "400 content no content for … here"


def refusing(*bad: str) -> Any:
    """Refuses a whole request for the first of these in it, as SendGrid does."""

    def answer(number: int, asked: dict[str, Any]) -> Answer:
        for place, one in enumerate(asked["personalizations"]):
            if one["custom_args"]["dg_delivery"] in bad:
                field = f"personalizations.{place}.to.0.email"
                return Answer(
                    400, [{"field": field, "message": "Does not contain a valid address."}]
                )
        return Answer()

    return answer


def test_one_reader_whom_sendgrid_refuses_takes_no_other_along(journal: FileJournal) -> None:
    with sendgrid_api(refusing("1-2", "1-9")) as api:
        outcomes = send(api, journal, mails(10))
    assert [number for number, one in outcomes.items() if one.state is REJECTED] == [2, 9]
    assert outcomes[2].code.startswith("400 personalizations.1.to.0.email")
    assert Counter(api.refs()) == {f"1-{n}": 1 for n in range(1, 11) if n not in {2, 9}}
    read = journal.read()
    assert {one: told.state for one, told in read.answers.items()} == {
        one: told.state for one, told in outcomes.items()
    }


def test_a_request_that_is_wrong_all_over_is_given_up(journal: FileJournal) -> None:
    everybody = [f"1-{number}" for number in range(1, 101)]
    with sendgrid_api(refusing(*everybody)) as api, pytest.raises(TransportError, match="reader"):
        send(api, journal, mails(100))
    assert len(api.asked) == CULPRITS
    found = Counter(one.state for one in journal.read().answers.values())
    assert found == {REJECTED: CULPRITS, PLANNED: 100 - CULPRITS}


def nameless(*bad: str) -> Any:
    """Refuses a whole request that one of these is in, and does not say who it was."""

    def answer(number: int, asked: dict[str, Any]) -> Answer:
        refs = {one["custom_args"]["dg_delivery"] for one in asked["personalizations"]}
        return (
            Answer(400, [{"field": None, "message": "Bad Request"}]) if refs & {*bad} else Answer()
        )

    return answer


def test_halving_finds_whom_sendgrid_does_not_name(journal: FileJournal) -> None:
    with sendgrid_api(nameless("1-700")) as api:
        outcomes = send(api, journal, mails(1000))
    assert [number for number, one in outcomes.items() if one.state is REJECTED] == [700]
    assert outcomes[700].code == "400 Bad Request"
    assert Counter(api.refs()) == {f"1-{n}": 1 for n in range(1, 1001) if n != 700}
    assert len(api.asked) <= 1 + 2 * 10, "2 log₂ n"
    read = journal.read()
    assert {one: told.state for one, told in read.answers.items()} == {
        one: told.state for one, told in outcomes.items()
    }


def test_a_crash_while_halving_leaves_only_the_half_on_its_way_in_doubt(
    journal: FileJournal,
) -> None:
    def answer(number: int, asked: dict[str, Any]) -> Answer:
        if number == 3:
            return Answer(drop=True)
        return nameless("1-1")(number, asked)

    with sendgrid_api(answer) as api, pytest.raises(TransportError):
        send(api, journal, mails(100))
    assert [len(one["personalizations"]) for one in api.asked] == [100, 50, 25]
    found = Counter(one.state for one in journal.read().answers.values())
    assert found == {IN_DOUBT: 25, PLANNED: 75}


def test_nobody_is_blamed_for_what_is_wrong_with_all(journal: FileJournal) -> None:
    everybody = [f"1-{number}" for number in range(1, 201)]
    with sendgrid_api(nameless(*everybody)) as api, pytest.raises(TransportError, match="reader"):
        send(api, journal, mails(200))
    assert len(api.asked) < 4 * CULPRITS
    found = Counter(one.state for one in journal.read().answers.values())
    assert found == {REJECTED: CULPRITS, PLANNED: 200 - CULPRITS}


def test_a_request_that_is_too_large_goes_in_parts(journal: FileJournal) -> None:
    def answer(number: int, asked: dict[str, Any]) -> Answer:
        return Answer(413 if len(asked["personalizations"]) > 30 else 202)

    with sendgrid_api(answer) as api:
        assert states(send(api, journal, mails(100))) == [ACCEPTED] * 100
    assert [len(one["personalizations"]) for one in api.accepted] == [25, 25, 25, 25]


@pytest.mark.parametrize(("seconds", "waits"), [(1, True), (60, False)])
def test_when_no_request_is_left_the_next_one_waits(
    seconds: int, waits: bool, journal: FileJournal
) -> None:
    until = int(time.time()) + seconds + 1
    none_left = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(until)}
    heard: list[datetime] = []
    told: list[Outcome] = []
    times: list[float] = []

    def answer(number: int, asked: dict[str, Any]) -> Answer:
        times.append(time.time())
        return Answer(headers=none_left if number == 1 else {})

    with sendgrid_api(answer) as api:
        one = transport(api.host, busy=heard.append)
        if waits:
            send_all(one, mails(20, 2), journal, told)
            assert times[1] >= until
        else:
            with pytest.raises(ProviderBusyError) as caught:
                send_all(one, mails(20, 2), journal, told)
            assert caught.value.until == datetime.fromtimestamp(until, UTC)
            assert len(journal.read().handed) == 10
    assert heard == [datetime.fromtimestamp(until, UTC)], "other processes are told"


def test_several_threads_share_one_account(tmp_path: Path) -> None:
    """As lanes do: a batch and a journal each."""

    def lane(number: int) -> tuple[set[int], set[int]]:
        first = number * 100
        messages = [message(first + place) for place in range(100)]
        with FileJournal.open(tmp_path, f"1.{number}.1") as journal:
            told = list(one.send(f"1.{number}.1", messages, journal))
            return {outcome.subscriber for outcome in told}, set(journal.read().answers)

    with sendgrid_api(lambda *_: Answer(wait=0.3)) as api:
        one = transport(api.host)
        started = time.monotonic()
        with ThreadPoolExecutor(8) as pool:
            lanes = list(pool.map(lane, range(1, 9)))
        assert time.monotonic() - started < 8 * 0.3, "at the same time"
    for number, (told, noted) in enumerate(lanes, 1):
        assert told == noted == set(range(number * 100, number * 100 + 100))
    assert len(api.refs()) == len(set(api.refs())) == 800


# --- held mail ----------------------------------------------------------------------------------


def test_mail_is_held_back_until_a_time_and_can_be_cancelled(journal: FileJournal) -> None:
    until = datetime.now(UTC) + timedelta(hours=1)
    with sendgrid_api() as api:
        grid = transport(api.host)
        schedule = grid.schedule()
        told = list(grid.held(until, schedule).send("1.1.1", mails(3), journal))
        list(grid.send("1.2.1", [message(9)], NoJournal()))
        grid.cancel(schedule)
    assert [one.state for one in told] == [ACCEPTED] * 3
    assert api.asked[0]["send_at"] == int(until.timestamp())
    assert api.asked[0]["batch_id"] == "B1"
    assert "send_at" not in api.asked[1], "held mail does not hold up the rest"
    assert api.schedules == [
        ("/v3/mail/batch", {}),
        ("/v3/user/scheduled_sends", {"batch_id": "B1", "status": "cancel"}),
    ]


@pytest.mark.parametrize("hours", [-1, 0, 73])
def test_nothing_is_held_for_longer_than_sendgrid_does(hours: int) -> None:
    with pytest.raises(TransportError, match="72 hours"):
        transport("http://127.0.0.1:9").held(datetime.now(UTC) + timedelta(hours=hours), "B1")


def test_where_nobody_listens_nothing_is_scheduled() -> None:
    with closed_port() as port, pytest.raises(TransportError, match="reached"):
        transport(f"http://127.0.0.1:{port}").schedule()


def test_the_sandbox_checks_and_mails_nobody(journal: FileJournal) -> None:
    with sendgrid_api(lambda *_: Answer(200)) as api:
        outcomes = send(api, journal, mails(1), wishes=Wishes(sandbox=True))
    assert api.asked[0]["mail_settings"] == {"sandbox_mode": {"enable": True}}
    assert (outcomes[1].state, outcomes[1].code) == (ACCEPTED, "200")


def test_the_key_is_sent_and_never_logged(
    journal: FileJournal, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), sendgrid_api() as api:
        send(api, journal, mails(1))
    assert api.authorizations == {"Bearer SG.secret"}
    assert "SG.secret" not in caplog.text
    assert "reader1" not in caplog.text


# --- judged by SendGrid's own description ---------------------------------------------------------


def description() -> dict[str, Any]:
    """The OpenAPI description, mended and tightened as its README tells."""
    told = json.loads((SHARED_DATA / "sendgrid" / "tsg_mail_v3.json").read_text("utf-8"))
    schema = told["components"]["requestBodies"]["PostMailSend"]["content"]["application/json"][
        "schema"
    ]
    properties = schema["properties"]
    properties["custom_args"] = {"type": "object", "additionalProperties": {"type": "string"}}
    readers = properties["personalizations"]
    readers["minItems"] = 1
    readers["items"]["properties"]["custom_args"] = properties["custom_args"]
    readers["items"]["properties"]["to"]["minItems"] = 1
    readers["items"]["additionalProperties"] = schema["additionalProperties"] = False
    return dict(told)


@pytest.mark.part("shared-data")
def test_every_body_satisfies_the_description(many: tuple[Api, dict[int, Outcome]]) -> None:
    told = description()
    schema = told["components"]["requestBodies"]["PostMailSend"]["content"]["application/json"][
        "schema"
    ]
    judge = Draft202012Validator({**schema, "components": told["components"]})
    api, _ = many
    until = datetime.now(UTC) + timedelta(hours=71)
    wishes = Wishes(categories=("news",), asm_group=7, send_at=until, schedule="B1")
    for asked in [*api.asked, written(message(1), wishes)]:
        assert [error.message for error in judge.iter_errors(asked)] == []
    # The judge can say no.
    wrong = {**api.asked[0], "personalizations": api.asked[0]["personalizations"] * 4}
    assert not judge.is_valid(wrong)
    assert not judge.is_valid({**api.asked[0], "tracking": {}})
    assert not judge.is_valid({**api.asked[0], "send_at": "tomorrow"})
    assert not judge.is_valid({**api.asked[0], "asm": {}})
    assert not judge.is_valid({**api.asked[0], "categories": list("abcdefghijk")})


@contextmanager
def prism_server(folder: Path) -> Iterator[str]:
    """Stoplight's Prism, serving the description on a free port."""
    program = prism()
    assert program is not None
    file = folder / "mail.json"
    file.write_text(json.dumps(description()), "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (folder / "prism.log").open("wb") as log:
        server = subprocess.Popen(
            [program, "mock", "-h", "127.0.0.1", "-p", str(port), "--errors", file],
            stdout=log,
            stderr=log,
        )
    host = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                httpx2.get(host, timeout=1)
                break
            except httpx2.HTTPError:
                assert server.poll() is None, (folder / "prism.log").read_text()
                assert time.monotonic() < deadline, "prism did not start"
                time.sleep(0.1)
        yield host
    finally:
        server.terminate()
        server.wait(10)


@pytest.mark.part("prism")
@pytest.mark.part("shared-data")
def test_prism_accepts_2500_readers(tmp_path: Path, journal: FileJournal) -> None:
    with prism_server(tmp_path) as host:
        one = transport(host, timeout=30)
        messages = mails(2500, 3)
        outcomes = [
            outcome
            for start in range(0, 2500, one.batch_size)
            for outcome in one.send("1.1.1", messages[start : start + one.batch_size], journal)
        ]
        assert Counter(outcome.state for outcome in outcomes) == {ACCEPTED: 2500}
        until = datetime.now(UTC) + timedelta(hours=1)
        full = transport(host, timeout=30, wishes=Wishes(categories=("news",), asm_group=7))
        (held,) = full.held(until, "B1").send("1.3.1", mails(1), journal)
        assert held.state is ACCEPTED
        # The judge can say no: a sender of no name is none.
        bad = mails(1)[0]
        bad = replace(bad, headers=replace(bad.headers, subject=""))
        (refused,) = one.send("1.2.1", [bad], journal)
        assert (refused.state, refused.code[:3]) == (REJECTED, "400")
