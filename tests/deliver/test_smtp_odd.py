"""SMTP against a scripted server that misbehaves at each step, with and without PIPELINING."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

import pytest

from digest.deliver.journal import FileJournal
from digest.deliver.transports.smtp_run import STRIKES
from digest.errors import TransportError
from digest.model import Outcome, SubscriberId
from tests.deliver.servers import (
    CUT_OFF,
    HANG_UP,
    SILENCE,
    ScriptedMailServer,
    scripted_mail_server,
)
from tests.deliver.smtp import (
    ACCEPTED,
    DEFERRED,
    IN_DOUBT,
    REJECTED,
    mails,
    send,
    states,
    transport,
)

Script = Callable[[str, int, int], str | None]
Serving = Callable[[Script], AbstractContextManager[ScriptedMailServer]]


@pytest.fixture(params=[(), ("PIPELINING",)], ids=["plain", "pipelining"])
def serving(request: pytest.FixtureRequest) -> Serving:
    """Starts a scripted server, of either kind."""
    return lambda script: scripted_mail_server(script, *request.param)


def test_a_refusal_stands_even_if_the_server_hangs_up_over_it(
    serving: Serving, journal: FileJournal
) -> None:
    def rude(step: str, connection: int, number: int) -> str | None:
        if step == "RCPT" and number == 1:
            return "550 5.1.1 no"
        return HANG_UP if step == "RSET" else None

    with serving(rude) as server:
        outcomes = send(transport(server.port), journal, 2)
    assert states(outcomes) == [REJECTED, ACCEPTED]


def once(step: str, what: str, *, message: int = 2) -> Script:
    """Do ``what`` when the ``message``-th transaction first comes to ``step``."""
    done: list[bool] = []

    def script(now: str, connection: int, number: int) -> str | None:
        if now == step and number == message and not done:
            done.append(True)
            return what
        return None

    return script


@pytest.mark.parametrize(
    ("step", "what"),
    [
        *[(step, HANG_UP) for step in ("MAIL", "RCPT", "DATA")],
        *[(step, "421 4.3.2 closing") for step in ("MAIL", "RCPT", "DATA")],
    ],
)
def test_a_connection_lost_before_the_dot_is_taken_up_again(
    step: str, what: str, serving: Serving, journal: FileJournal
) -> None:
    with serving(once(step, what)) as server:
        outcomes = send(transport(server.port), journal)
    assert states(outcomes) == [ACCEPTED] * 3
    assert server.connections == 2
    assert sorted(server.accepted) == [f"reader{n}@example.com" for n in (1, 2, 3)]


def test_a_connection_lost_in_the_body_is_taken_up_again(
    serving: Serving, journal: FileJournal
) -> None:
    with serving(once("body", HANG_UP, message=1)) as server:
        outcomes = send(transport(server.port, write=large), journal, 1)
    assert states(outcomes) == [ACCEPTED]
    assert server.connections == 2


def test_a_connection_lost_after_the_dot_leaves_one_message_in_doubt(
    serving: Serving, journal: FileJournal
) -> None:
    with serving(once("dot", HANG_UP)) as server:
        outcomes = send(transport(server.port), journal)
    assert states(outcomes) == [ACCEPTED, IN_DOUBT, ACCEPTED]
    assert server.messages == 3, "the doubtful one was not sent again"
    assert journal.read().answers[2].state is IN_DOUBT


def test_silence_after_the_dot_is_waited_out_and_doubtful(
    serving: Serving, journal: FileJournal
) -> None:
    with serving(once("dot", SILENCE)) as server:
        started = time.monotonic()
        outcomes = send(transport(server.port, final_timeout=0.5), journal)
        assert 0.5 <= time.monotonic() - started < 3
    assert states(outcomes) == [ACCEPTED, IN_DOUBT, ACCEPTED]


def test_a_slow_answer_to_the_dot_is_an_answer(serving: Serving, journal: FileJournal) -> None:
    def slow(step: str, connection: int, number: int) -> None:
        if step == "dot":
            time.sleep(0.15)

    with serving(slow) as server:
        outcomes = send(transport(server.port, command_timeout=0.1), journal, 1)
    assert states(outcomes) == [ACCEPTED]


def test_silence_before_the_dot_means_not_sent(serving: Serving, journal: FileJournal) -> None:
    def mute(step: str, connection: int, number: int) -> str | None:
        return SILENCE if step == "RCPT" else None

    with serving(mute) as server:
        outcomes = send(transport(server.port, command_timeout=0.2), journal, 1)
    assert states(outcomes) == [DEFERRED]
    assert journal.read().handed == frozenset()


def test_a_server_that_keeps_hanging_up_is_left_alone(
    serving: Serving, journal: FileJournal
) -> None:
    def never(step: str, connection: int, number: int) -> str | None:
        return HANG_UP if step == "dot" else None

    with serving(never) as server, pytest.raises(TransportError, match="hanging up"):
        send(transport(server.port), journal, 20)
    read = journal.read()
    assert len(read.handed) == STRIKES
    assert [one.state for one in read.answers.values()] == [IN_DOUBT] * STRIKES


@pytest.mark.parametrize(
    ("step", "reply"),
    [("greet", "554 go away"), ("greet", HANG_UP), ("MAIL", "550 5.7.1 not from you")],
)
def test_a_server_that_takes_nothing_from_us_is_unusable(
    step: str, reply: str, serving: Serving, journal: FileJournal
) -> None:
    with (
        serving(lambda now, *_: reply if now == step else None) as server,
        pytest.raises(TransportError),
    ):
        send(transport(server.port, connections=3), journal, 100)
    assert journal.read().handed == frozenset()


def test_one_connection_too_many_is_no_harm(serving: Serving, journal: FileJournal) -> None:
    """A server that allows one connection at a time still gets all the mail."""

    def only_one(step: str, connection: int, number: int) -> str | None:
        return "421 too many" if step == "greet" and connection > 1 else None

    with serving(only_one) as server:
        outcomes = send(transport(server.port, connections=4), journal, 100)
    assert states(outcomes) == [ACCEPTED] * 100
    assert len(set(server.accepted)) == len(server.accepted) == 100


def test_the_next_message_stands_behind_the_dot_where_allowed(journal: FileJournal) -> None:
    for offers, behind in ((("PIPELINING",), b"MAIL"), ((), b"")):
        with scripted_mail_server(lambda *_: None, *offers) as server:
            assert states(send(transport(server.port), journal, 5)) == [ACCEPTED] * 5
        assert server.behind == [behind] * 4 + [b""]


def test_never_more_than_a_message_a_connection_is_unanswered(serving: Serving) -> None:
    """The promise of the journal, with the next message's commands on their way already."""
    open_: set[SubscriberId] = set()
    most = 0

    @dataclass
    class Watching:
        def handing_over(self, subscribers: "Iterator[SubscriberId]") -> None:
            nonlocal most
            new = set(subscribers)
            # What the server holds was journalled before.
            assert {int(one[6:-12]) for one in server.accepted} <= known
            assert not new & known
            known.update(new)
            open_.update(new)
            most = max(most, len(open_))

        def settled(self, outcomes: "Iterator[Outcome]") -> None:
            open_.difference_update(one.subscriber for one in outcomes)

    known: set[SubscriberId] = set()
    with serving(lambda *_: None) as server:
        outcomes = list(transport(server.port, connections=3).send("1", mails(60), Watching()))
    assert [one.state for one in outcomes] == [ACCEPTED] * 60
    assert len(server.accepted) == len(set(server.accepted)) == 60
    assert most <= 3
    assert open_ == set()


@pytest.mark.parametrize("data", ["354 go on all the same", "503 5.5.1 no recipients"])
@pytest.mark.parametrize(
    ("step", "reply", "state"),
    [
        ("RCPT", "550 5.1.1 nobody", REJECTED),
        ("RCPT", "450 4.2.1 later", DEFERRED),
        ("MAIL", "451 4.3.0 later", DEFERRED),
        ("MAIL", "552 5.3.4 too large", REJECTED),
    ],
)
def test_a_refusal_amid_a_group_is_of_one_message(
    step: str, reply: str, state: str, data: str, serving: Serving, journal: FileJournal
) -> None:
    """RFC 2920 §3.1: after a refusal DATA may be answered by 354 all the same."""

    def script(now: str, connection: int, number: int) -> str | None:
        if number == 2 and now in {step, "DATA"}:
            return reply if now == step else data
        return "554 5.5.1 nothing for nobody" if now == "dot" and number == 2 else None

    with serving(script) as server:
        outcomes = send(transport(server.port), journal)
    assert states(outcomes) == [ACCEPTED, state, ACCEPTED]
    assert outcomes[2].code == re.sub(r" [a-z ]+$", "", reply)
    assert server.accepted == ["reader1@example.com", "reader3@example.com"]
    assert server.connections == 1
    assert journal.read().handed == {1, 3}


@pytest.mark.parametrize(("reply", "state"), [("451 4.3.1 full", DEFERRED), ("554 no", REJECTED)])
def test_a_refused_data_is_of_one_message(
    reply: str, state: str, serving: Serving, journal: FileJournal
) -> None:
    with serving(once("DATA", reply)) as server:
        outcomes = send(transport(server.port), journal)
    assert states(outcomes) == [ACCEPTED, state, ACCEPTED]
    assert "RSET" in server.heard


def test_a_refusal_amid_the_body_is_an_answer(serving: Serving, journal: FileJournal) -> None:
    with serving(once("body", "552 5.3.4 too large")) as server:
        outcomes = send(transport(server.port, write=large), journal)
    assert states(outcomes) == [ACCEPTED, REJECTED, ACCEPTED]
    assert outcomes[2].code == "552 5.3.4"
    assert server.connections == 2


def test_closing_over_the_dot_is_an_answer(serving: Serving, journal: FileJournal) -> None:
    with serving(once("dot", "421 4.3.2 closing")) as server:
        outcomes = send(transport(server.port), journal)
    assert states(outcomes) == [ACCEPTED, DEFERRED, ACCEPTED]
    assert server.connections == 2


@pytest.mark.parametrize("what", [CUT_OFF, "hello there", "354 more", "25", "999 what"])
def test_half_an_answer_to_the_dot_is_none(
    what: str, serving: Serving, journal: FileJournal
) -> None:
    with serving(once("dot", what)) as server:
        outcomes = send(transport(server.port), journal)
    assert states(outcomes) == [ACCEPTED, IN_DOUBT, ACCEPTED]
    assert server.messages <= 4, "the doubtful one was not sent again"


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("what", [CUT_OFF, "hello there", "334 more"])
def test_nonsense_before_the_dot_accepts_nothing(
    what: str, step: str, serving: Serving, journal: FileJournal
) -> None:
    with serving(once(step, what)) as server:
        outcomes = send(transport(server.port), journal)
    assert states(outcomes) == [ACCEPTED] * 3
    assert sorted(server.accepted) == [f"reader{n}@example.com" for n in (1, 2, 3)]


def test_a_success_in_the_wrong_place_accepts_nothing(
    serving: Serving, journal: FileJournal
) -> None:
    with serving(lambda step, *_: "250 fine" if step == "DATA" else None) as server:
        outcomes = send(transport(server.port), journal, 1)
    assert states(outcomes) == [DEFERRED]
    assert journal.read().handed == frozenset()


def test_an_answer_of_several_lines(serving: Serving, journal: FileJournal) -> None:
    told = "250-2.0.0 thank you\r\n250 2.0.0 queued as 4XyZ12"
    with serving(lambda step, *_: told if step == "dot" else None) as server:
        outcomes = send(transport(server.port), journal, 2)
    assert (outcomes[2].code, outcomes[2].provider_id) == ("250 2.0.0", "4XyZ12")


@pytest.mark.parametrize("most", [1, 3])
def test_a_server_that_closes_after_so_many_gets_them_all(
    most: int, serving: Serving, journal: FileJournal
) -> None:
    """Nobody is put off because of it, however often it happens."""
    taken: dict[int, int] = {}

    def script(step: str, connection: int, number: int) -> str | None:
        taken[connection] = taken.get(connection, 0) + (step == "dot")
        return "421 4.7.0 enough" if step == "MAIL" and taken[connection] == most else None

    with serving(script) as server:
        outcomes = send(transport(server.port, connections=2), journal, 24)
    assert states(outcomes) == [ACCEPTED] * 24
    assert len(set(server.accepted)) == len(server.accepted) == 24


def test_a_server_without_ehlo(journal: FileJournal) -> None:
    with scripted_mail_server(lambda step, *_: "502 what" if step == "EHLO" else None) as server:
        assert states(send(transport(server.port), journal)) == [ACCEPTED] * 3


def large(message: object) -> bytes:
    """Larger than what the system buffers, so that we notice before the final dot."""
    return b"Subject: long\r\n\r\n" + b"x" * 70 * 300_000 + b"\r\n"
