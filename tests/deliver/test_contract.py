"""What every transport promises (``Transport`` in digest/protocols.py), each against a real server.

Add a new transport to ``TRANSPORTS``.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import pytest

from digest.clock import SystemClock
from digest.deliver.journal import FileJournal
from digest.deliver.transports.answer import NEEDS_UTF8
from digest.deliver.transports.outbox import Outbox
from digest.deliver.transports.sendgrid import SendGrid
from digest.deliver.transports.smtp import Smtp
from digest.deliver.transports.smtp_server import SmtpServer
from digest.deliver.writer import MessageWriter
from digest.errors import TransportError
from digest.model import DeliveryState, Fragment, Message, Outcome, SubscriberId
from digest.protocols import Transport
from tests.deliver.newsroom import message, rendered
from tests.deliver.servers import closed_port, mail_server, sendgrid_api, silent_server
from tests.soak.counting import Counting, Faults


@dataclass(slots=True)
class Noted:
    """A journal that keeps the order of its entries."""

    entries: list[tuple[str, SubscriberId]] = field(default_factory=list)

    def handing_over(self, subscribers: "Iterator[SubscriberId]") -> None:
        self.entries += [("D", one) for one in subscribers]

    def settled(self, outcomes: "Iterator[Outcome]") -> None:
        self.entries += [("A", one.subscriber) for one in outcomes]


@dataclass(frozen=True, slots=True)
class Case:
    """A transport, and the names of the messages that its provider took so far."""

    transport: Transport
    taken: Callable[[], list[str]]


def smtp(port: int, seconds: float = 5) -> Smtp:
    server = SmtpServer(
        host="127.0.0.1",
        port=port,
        security="none",
        envelope_from="bounces@example.org",
        connect_timeout=seconds,
        command_timeout=seconds,
        final_timeout=seconds,
    )
    return Smtp(server, MessageWriter())


@contextmanager
def an_outbox(folder: Path) -> Iterator[Case]:
    yield Case(
        Outbox(folder / "outbox", MessageWriter()),
        lambda: [path.stem for path in (folder / "outbox").glob("*/*.eml")],
    )


@contextmanager
def a_mail_server(folder: Path) -> Iterator[Case]:
    with mail_server() as server:
        yield Case(
            smtp(server.port),
            lambda: [
                f"1-{address.removeprefix('reader').partition('@')[0]}"
                for _, address, _ in server.received
            ],
        )


@contextmanager
def an_api(folder: Path) -> Iterator[Case]:
    with sendgrid_api() as api:
        yield Case(SendGrid("SG.key", host=api.host, timeout=5), api.refs)


@contextmanager
def a_counter(folder: Path) -> Iterator[Case]:
    """The soak's, of which nobody could tell what it proves if it were none."""
    made = Counting(write=MessageWriter(), clock=SystemClock(), faults=Faults(dice=Random(1)))
    yield Case(
        made,
        lambda: [
            f"{issue}-{who}"
            for issue, counts in made.taken.items()
            for who, count in enumerate(counts)
            for _ in range(count)
        ],
    )


TRANSPORTS = {
    "outbox": an_outbox,
    "smtp": a_mail_server,
    "sendgrid": an_api,
    "counting": a_counter,
}


@pytest.fixture(params=TRANSPORTS)
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    with TRANSPORTS[request.param](tmp_path) as made:
        yield made


def mails(numbers: Sequence[int]) -> list[Message]:
    """Messages to readers, of three variants in turn."""
    variants = [rendered(f"v{number}") for number in range(3)]
    return [message(number, variants[number % 3]) for number in numbers]


def test_it_has_a_name_and_a_batch_size(case: Case) -> None:
    assert case.transport.name in TRANSPORTS
    assert 1 <= case.transport.batch_size <= 1000


def test_every_message_gets_one_outcome_and_arrives_once(case: Case) -> None:
    outcomes = list(case.transport.send("1.1.1", mails(range(1, 101)), Noted()))
    assert sorted(one.subscriber for one in outcomes) == list(range(1, 101))
    assert {one.state for one in outcomes} == {DeliveryState.ACCEPTED}
    assert sorted(case.taken()) == sorted(f"1-{number}" for number in range(1, 101))


def test_no_messages_are_no_work(case: Case) -> None:
    assert list(case.transport.send("1.1.1", [], Noted())) == []


def test_the_journal_knows_of_a_hand_over_before_and_of_its_answer_after(case: Case) -> None:
    journal = Noted()
    list(case.transport.send("1.1.1", mails(range(1, 31)), journal))
    assert Counter(journal.entries) == {
        (letter, number): 1 for letter in "DA" for number in range(1, 31)
    }
    for number in range(1, 31):
        assert journal.entries.index(("D", number)) < journal.entries.index(("A", number))


def test_nothing_was_taken_before_the_journal_knew(case: Case) -> None:
    """At every hand-over, what the provider holds was journalled before."""
    seen: set[SubscriberId] = set()

    class Watching(Noted):
        def handing_over(self, subscribers: "Iterator[SubscriberId]") -> None:
            taken = {int(ref.partition("-")[2]) for ref in case.taken()}
            assert taken <= seen
            seen.update(subscribers)

    list(case.transport.send("1.1.1", mails(range(1, 31)), Watching()))
    assert seen == set(range(1, 31))


def test_a_message_that_cannot_be_written_is_rejected_and_the_rest_goes_on(case: Case) -> None:
    messages = mails(range(1, 4))
    bad = message(4, address="nobody@exa mple.com")
    forged = message(6, leave_url="https://example.org/\r\nBcc: all@example.org")
    outcomes = {
        one.subscriber: one
        for one in case.transport.send("1.1.1", [bad, forged, *messages], Noted())
    }
    assert [outcomes[number].state for number in (4, 6)] == [DeliveryState.REJECTED] * 2
    assert [outcomes[number].state for number in (1, 2, 3)] == [DeliveryState.ACCEPTED] * 3
    assert not any("@" in one.code for one in outcomes.values())
    assert sorted(case.taken()) == ["1-1", "1-2", "1-3"]


def test_who_needs_smtputf8_is_left_out_as_such_where_it_is_not_spoken(case: Case) -> None:
    journal = Noted()
    messages = [message(1, address="jörg@bücher.example"), *mails([2])]
    outcomes = {one.subscriber: one for one in case.transport.send("1.1.1", messages, journal)}
    if case.transport.name in {"outbox", "counting"}:  # a file takes any script
        assert outcomes[1].state is DeliveryState.ACCEPTED
    else:
        assert (outcomes[1].state, outcomes[1].code) == (DeliveryState.EXCLUDED, NEEDS_UTF8)
        assert case.taken() == ["1-2"]
        assert ("D", 1) not in journal.entries
    assert outcomes[2].state is DeliveryState.ACCEPTED


def test_text_alone_is_sent_as_such(case: Case) -> None:
    plain = replace(rendered("v1"), fragments=(Fragment(text=("Café\n",)),), plain=True)
    (told,) = case.transport.send("1.1.1", [message(1, plain)], Noted())
    assert told.state is DeliveryState.ACCEPTED
    assert case.taken() == ["1-1"]


def test_evidence_speaks_only_of_what_it_knows(case: Case) -> None:
    list(case.transport.send("1.1.1", mails([1, 2]), Noted()))
    found = case.transport.evidence(["1-1", "1-2", "1-3"])
    assert found.keys() <= {"1-1", "1-2", "1-3"}
    assert found.get("1-1", DeliveryState.ACCEPTED) is DeliveryState.ACCEPTED
    assert found.get("1-3", DeliveryState.PLANNED) is DeliveryState.PLANNED


def test_a_send_that_is_broken_off_sends_nothing_more(case: Case) -> None:
    journal = Noted()
    answers = case.transport.send("1.1.1", mails(range(1, 201)), journal)
    next(answers)
    answers.close()  # type: ignore[attr-defined]  # a generator, as in the sender
    taken, entries = case.taken(), list(journal.entries)
    time.sleep(0.1)
    assert case.taken() == taken
    assert journal.entries == entries
    handed = {number for letter, number in entries if letter == "D"}
    assert {int(ref.partition("-")[2]) for ref in taken} <= handed


def test_a_real_journal_tells_the_same(case: Case, tmp_path: Path) -> None:
    with FileJournal.open(tmp_path / "journals", "1.1.1") as journal:
        outcomes = list(case.transport.send("1.1.1", mails(range(1, 31)), journal))
        read = journal.read()
    assert read.handed == set(range(1, 31))
    assert {one.subscriber: one for one in outcomes} == dict(read.answers)


UNREACHABLE = {
    "smtp": lambda port: smtp(port, 0.4),
    "sendgrid": lambda port: SendGrid("SG.key", host=f"http://127.0.0.1:{port}", timeout=0.4),
}


@pytest.mark.parametrize("name", UNREACHABLE)
def test_where_nobody_listens_nothing_was_handed_over(name: str, tmp_path: Path) -> None:
    with closed_port() as port, FileJournal.open(tmp_path, "1.1.1") as journal:
        told: list[Outcome] = []
        with pytest.raises(TransportError):
            told += UNREACHABLE[name](port).send("1.1.1", mails(range(1, 11)), journal)
        read = journal.read()
    unsure = read.handed - read.answers.keys()
    assert unsure == set()
    assert {one.state for one in read.answers.values()} <= {DeliveryState.PLANNED}


@pytest.mark.parametrize("name", UNREACHABLE)
def test_a_provider_that_never_answers_is_given_up(name: str, tmp_path: Path) -> None:
    with silent_server() as port, FileJournal.open(tmp_path, "1.1.1") as journal:
        started = time.monotonic()
        with pytest.raises(TransportError):
            list(UNREACHABLE[name](port).send("1.1.1", mails([1]), journal))
        assert 0.3 < time.monotonic() - started < 5
        read = journal.read()
    # Over HTTP the request was written whole; over SMTP nobody even greeted us.
    state = read.answers[1].state if 1 in read.handed else DeliveryState.PLANNED
    assert state is (DeliveryState.IN_DOUBT if name == "sendgrid" else DeliveryState.PLANNED)


def test_a_full_or_forbidden_outbox_is_unusable(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file where the folder should be")
    transport = Outbox(tmp_path / "outbox", MessageWriter())
    with pytest.raises(TransportError, match="outbox"):
        list(transport.send("1.1.1", mails([1]), Noted()))
    assert transport.evidence(["1-1"]) == {"1-1": DeliveryState.PLANNED}


def test_errors_tell_no_secret_and_no_address() -> None:
    server = SmtpServer(
        host="127.0.0.1", port=1, username="u", password="hunter2", envelope_from="b@example.org"
    )
    assert "hunter2" not in repr(server)
    with closed_port() as port, pytest.raises(TransportError) as caught:
        list(smtp(port).send("1.1.1", mails([1]), Noted()))
    assert "@" not in str(caught.value)
