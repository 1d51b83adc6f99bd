"""What SMTP keeps to: connections, messages a connection, domains, SIZE, SMTPUTF8, senders."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial

import pytest

from digest.deliver import verp
from digest.deliver.journal import FileJournal
from digest.deliver.transports.answer import NEEDS_UTF8
from digest.deliver.transports.smtp import Smtp
from digest.deliver.transports.smtp_envelope import Envelope
from digest.deliver.transports.smtp_queue import Pace, Queue
from digest.deliver.transports.smtp_run import Run
from digest.deliver.transports.smtp_server import Limits, SmtpServer
from digest.deliver.transports.smtp_wire import places
from digest.deliver.writer import MessageWriter
from digest.model import DeliveryState, Message, Outcome
from digest.render.message import build
from tests.deliver.newsroom import message
from tests.deliver.servers import mail_server, scripted_mail_server
from tests.deliver.smtp import ACCEPTED, REJECTED, mails, send, states


def server(port: int) -> SmtpServer:
    return SmtpServer(host="127.0.0.1", port=port, security="none", envelope_from="b@example.org")


def limited(port: int, **limits: int) -> Smtp:
    return Smtp(server(port), MessageWriter(), Limits(**limits))


def to(domain: str, numbers: range) -> list[Message]:
    return [message(one, address=f"reader{one}@{domain}") for one in numbers]


def outcomes(smtp: Smtp, messages: list[Message], journal: FileJournal) -> dict[int, Outcome]:
    return {one.subscriber: one for one in smtp.send("1.1.1", messages, journal)}


@pytest.mark.parametrize("offers", [(), ("PIPELINING",)], ids=["plain", "pipelining"])
def test_a_connection_carries_so_many_messages(
    offers: tuple[str, ...], journal: FileJournal
) -> None:
    carried: Counter[int] = Counter()

    def script(step: str, connection: int, number: int) -> None:
        carried[connection] += step == "dot"

    with scripted_mail_server(script, *offers) as told:
        smtp = limited(told.port, connections=2, per_connection=10)
        assert states(send(smtp, journal, 45)) == [ACCEPTED] * 45
    assert max(carried.values()) == 10
    assert told.heard.count("QUIT") >= 3


def test_batches_share_connections(journal: FileJournal) -> None:
    with scripted_mail_server(lambda *_: None, "PIPELINING") as told:
        smtp = limited(told.port, connections=3)
        for _ in range(5):
            assert states(send(smtp, journal, 12)) == [ACCEPTED] * 12
        assert told.connections <= 3
        assert "QUIT" not in told.heard
        del smtp
        deadline = time.monotonic() + 5
        while told.heard.count("QUIT") < told.connections and time.monotonic() < deadline:
            time.sleep(0.01)
    assert told.heard.count("QUIT") == told.connections, "goodbye is said in the end"


def test_a_connection_closed_between_batches_is_no_loss(journal: FileJournal) -> None:
    with scripted_mail_server(lambda *_: None, "PIPELINING") as told:
        smtp = limited(told.port, connections=1)
        send(smtp, journal, 3)
        told.close()
        time.sleep(0.05)
        assert states(send(smtp, journal, 3)) == [ACCEPTED] * 3
        assert told.connections == 2


def test_only_so_many_messages_to_a_domain_are_on_their_way(journal: FileJournal) -> None:
    lock, busy, most = threading.Lock(), Counter[str](), Counter[str]()

    class Crowded(FileJournal):
        """Between hand-over and answer a message is on its way, and for longer than that."""

        def handing_over(self, subscribers: "Iterator[int]") -> None:
            for one in subscribers:
                domain = "a" if one <= 30 else "b"
                busy[domain] += 1
                most[domain] = max(most[domain], busy[domain])

        def settled(self, told: "Iterator[Outcome]") -> None:
            for one in told:
                busy["a" if one.subscriber <= 30 else "b"] -= 1

    def slow(step: str, connection: int, number: int) -> None:
        if step == "dot":
            with lock:
                time.sleep(0.001)

    messages = [*to("a.example", range(1, 31)), *to("b.example", range(31, 61))]
    with scripted_mail_server(slow, "PIPELINING") as told:
        smtp = limited(told.port, connections=6, domain_connections=2)
        watching = Crowded.open(journal._path.parent, "2.1.1")
        got = outcomes(smtp, messages, watching)
        watching.close()
    assert states(got) == [ACCEPTED] * 60
    assert most["a"] <= 2
    assert most["b"] <= 2


def test_a_domains_messages_are_spaced_and_hold_up_no_other(journal: FileJournal) -> None:
    began = time.monotonic()
    at: dict[int, float] = {}
    messages = [*to("slow.example", range(1, 7)), *to("SLOW.example", range(7, 9))]
    messages += [message(9, address="one@quick.example")]
    with mail_server() as told:
        smtp = limited(told.port, connections=3, domain_per_minute=600)
        for one in smtp.send("1.1.1", messages, journal):
            at[one.subscriber] = time.monotonic() - began
    assert len(told.received) == 9
    assert max(at.values()) >= 0.7, "eight, a tenth of a second apart"
    assert at[9] < sorted(at.values())[4], "another domain waits for nobody"


def test_the_pace_outlives_a_batch() -> None:
    pace = Pace(per_minute=60)
    pace.note("a.example", 100.0)
    assert pace.wait("a.example", 100.4) == pytest.approx(0.6)
    assert pace.wait("a.example", 101.0) == 0
    assert pace.wait("b.example", 100.0) == 0


def test_a_message_over_size_is_not_tried(journal: FileJournal) -> None:
    def write(one: Message) -> bytes:
        return build(one) + b"x\r\n" * 3000 * (one.subscriber == 2)

    with scripted_mail_server(lambda *_: None, "SIZE 8000", "PIPELINING") as told:
        got = outcomes(Smtp(server(told.port), write), mails(3), journal)
    assert states(got) == [ACCEPTED, REJECTED, ACCEPTED]
    assert got[2].code == "5.3.4 larger than the mail server takes"
    assert len(told.accepted) == 2
    size = len(write(mails(1)[0]))
    assert f"MAIL FROM:<b@example.org> SIZE={size}" in told.heard
    assert journal.read().handed == {1, 3}


@pytest.mark.parametrize(("told", "state"), [("SIZE", ACCEPTED), ("SIZE 0", ACCEPTED)])
def test_size_without_a_number_is_no_limit(told: str, state: str, journal: FileJournal) -> None:
    with scripted_mail_server(lambda *_: None, told) as asked:
        got = outcomes(Smtp(server(asked.port), MessageWriter()), mails(1), journal)
    assert states(got) == [state]
    assert "SIZE=" in asked.heard[1]


@pytest.mark.parametrize("offers", [("SMTPUTF8", "PIPELINING"), ("PIPELINING",)])
def test_an_address_beyond_ascii_needs_smtputf8(
    offers: tuple[str, ...], journal: FileJournal
) -> None:
    def seal(envelope: Envelope) -> None:
        envelope.sender, envelope.data = "b@example.org", build(envelope.message)
        envelope.recipient = {1: "jörg@example.com"}.get(
            envelope.message.subscriber, "reader@example.com"
        )

    with scripted_mail_server(lambda *_: None, *offers) as told:
        queue = Queue(mails(2), seal, Limits(), Pace(0))
        where = cache(partial(places, "127.0.0.1", told.port))
        run = Run(server(told.port), Limits(connections=1), queue, journal, where)
        got = {one.subscriber: one for one in run.outcomes()}
        run.rest(0)
    mail = [one for one in told.heard if one.startswith("MAIL")]
    if "SMTPUTF8" in offers:
        assert states(got) == [ACCEPTED] * 2
        assert told.accepted == ["jörg@example.com", "reader@example.com"]
        assert mail == ["MAIL FROM:<b@example.org> SMTPUTF8", "MAIL FROM:<b@example.org>"]
    else:
        assert states(got) == [DeliveryState.EXCLUDED, ACCEPTED], "nobody's fault: held"
        assert got[1].code == NEEDS_UTF8
        assert mail == ["MAIL FROM:<b@example.org>"]


def test_each_message_has_a_sender_of_its_own(journal: FileJournal) -> None:
    key = b"k" * 32
    letter = replace(message(3), ref="test-morning-20261124T060000000000")
    with mail_server() as told:
        smtp = Smtp(
            server(told.port),
            MessageWriter(),
            return_path=partial(verp.sender, "bounce@news.example", key=key),
        )
        outcomes(smtp, [*mails(2), letter], journal)
    senders = {recipient: sender for sender, recipient, _ in told.received}
    assert verp.read(senders["reader1@example.com"], key) == "1-1"
    assert verp.read(senders["reader2@example.com"], key) == "1-2"
    assert verp.read(senders["reader3@example.com"], key) == verp.brief(letter.ref)
    assert all(sender.endswith("@news.example") for sender in senders.values())
