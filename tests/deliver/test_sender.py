"""The sender: every delivery gets an outcome, whatever its parts do."""

import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from digest.clock import SetClock
from digest.deliver.budget import Budget
from digest.deliver.deadline import Deadline
from digest.deliver.journal import FileJournal
from digest.deliver.pace import LONGEST, ProviderBusyError
from digest.deliver.reconcile import reconcile
from digest.deliver.sender import Sender, SendReport
from digest.errors import DigestError, TemplateError
from digest.model import Batch, BatchState, DeliveryState, Message, Outcome, SubscriberId
from digest.protocols import Journal, Recipient
from digest.store import control, doubt, fsck, ledger
from digest.store.control import Control
from digest.store.engine import make_engine, reading, writing
from digest.store.migrations import migrate
from digest.store.not_sent import not_sent
from digest.store.tables import batch, delivery
from tests.deliver.newsroom import ISSUE, NOW, Readers, audience, compose, freeze, sender
from tests.deliver.scripted import Act, Death, Scripted

ACCEPTED, REJECTED = DeliveryState.ACCEPTED, DeliveryState.REJECTED
DEFERRED, IN_DOUBT = DeliveryState.DEFERRED, DeliveryState.IN_DOUBT
PLANNED, EXCLUDED = DeliveryState.PLANNED, DeliveryState.EXCLUDED
CLAIMED, EXPIRED = DeliveryState.CLAIMED, DeliveryState.EXPIRED


class Desk:
    """A sender with all its parts at hand."""

    def __init__(self, engine: Engine, folder: Path, readers: int = 25) -> None:
        self.engine = engine
        self.folder = folder
        self.readers: Readers = audience(readers)
        self.transport = Scripted()
        self.clock = SetClock(NOW)
        self.frozen = freeze(engine, readers, 10)

    @property
    def sender(self) -> Sender:
        return sender(self.engine, self.transport, self.readers, self.folder, self.clock)

    def send(self, **how: object) -> SendReport:
        report = self.sender.send_issue(ISSUE, "daily", **how)  # type: ignore[arg-type]
        self.check()
        return report

    def die(self, act: Act, subscriber: SubscriberId) -> None:
        """Send, and be killed at a reader. The sender's own clean-up is undone, as by kill -9."""
        self.transport.script = act_on({subscriber: act})
        with pytest.raises(Death):
            LikeKilled.of(self.sender).send_issue(ISSUE, "daily")
        self.transport.script = lambda message: Act.ACCEPT

    def later(self, minutes: float) -> None:
        self.clock.at += timedelta(minutes=minutes)

    def counts(self) -> dict[DeliveryState, int]:
        with reading(self.engine) as connection:
            return dict(ledger.counts(connection, ISSUE))

    def codes(self) -> dict[int, str]:
        with reading(self.engine) as connection:
            rows = connection.execute(sa.select(delivery.c.subscriber_id, delivery.c.code))
            return {row.subscriber_id: row.code for row in rows}

    def check(self) -> None:
        with reading(self.engine) as connection:
            assert fsck.check(connection, ISSUE, fsck.LEDGER) == []
        assert sum(self.counts().values()) == self.frozen.deliveries


class LikeKilled(Sender):
    """A sender whose process ends at once, its locks with it, its journal left behind."""

    @classmethod
    def of(cls, one: Sender) -> "LikeKilled":
        return cls(**{name: getattr(one, name) for name in Sender.__dataclass_fields__})

    def _settle(
        self,
        run: object,
        batch: Batch,
        journal: FileJournal,
        told: object,
        not_before: object,
    ) -> list[Outcome]:
        if isinstance(sys.exc_info()[1], Death):
            journal.close()
            raise Death
        return super()._settle(run, batch, journal, told, not_before)  # type: ignore[arg-type]


def act_on(acts: Mapping[SubscriberId, Act]) -> Callable[[Message], Act]:
    return lambda message: acts.get(message.subscriber, Act.ACCEPT)


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    return Desk(engine, tmp_path)


def test_everybody_gets_it_once_and_a_second_run_sends_nothing(desk: Desk) -> None:
    heard: list[int] = []
    report = desk.send(progress=heard.append)
    assert report.counts == report.handed == {ACCEPTED: 25}
    assert (report.paused, report.next_at) == ("", None)
    assert heard == [10, 10, 5]
    assert desk.transport.batches == ["1.1.1", "1.2.1", "1.3.1"]
    again = desk.send()
    assert (again.counts, again.handed) == ({ACCEPTED: 25}, {})
    assert set(desk.transport.taken.values()) == {1}
    assert list((desk.folder / "journals").iterdir()) == []


def test_a_journal_that_a_death_left_behind_its_settled_batch_goes(desk: Desk) -> None:
    desk.send()
    FileJournal.open(desk.folder / "journals", "1.3.1").close()
    # of a claim that may yet be committed
    FileJournal.open(desk.folder / "journals", "1.3.2").close()
    with FileJournal.open(desk.folder / "journals", "1.2.1"):
        desk.send()
        left = sorted(file.name for file in (desk.folder / "journals").iterdir())
        assert left == ["1.2.1.log", "1.3.2.log"], "somebody who lives keeps theirs"


def test_who_left_since_the_audience_was_frozen_is_not_mailed(desk: Desk) -> None:
    desk.readers.who[3] = "suppressed"
    desk.readers.who[4] = "left"
    del desk.readers.who[5]
    assert desk.send().counts == {ACCEPTED: 22, EXCLUDED: 3}
    assert {desk.codes()[number] for number in (3, 4, 5)} == {"suppressed", "left", "unknown"}
    assert not {3, 4, 5} & desk.transport.taken.keys()
    with reading(desk.engine) as connection:
        assert not_sent(connection, ISSUE) == {"suppressed": [3], "left": [4], "unknown": [5]}


def test_suppression_is_asked_batch_by_batch(desk: Desk) -> None:
    """Somebody leaves while the first batch is on its way."""

    def leave(message: Message) -> Act:
        desk.readers.who[15] = "left"
        return Act.ACCEPT

    desk.transport.script = leave
    assert desk.send().counts == {ACCEPTED: 24, EXCLUDED: 1}


def test_a_message_that_cannot_be_made_is_one_readers_trouble(desk: Desk) -> None:
    def bad_for_seven(
        one: Batch, recipients: Mapping[SubscriberId, Recipient]
    ) -> Sequence[Message]:
        if 7 in recipients:
            raise DigestError("this name cannot be written")
        return [message for message in compose(one, recipients) if message.subscriber != 8]

    report = replace(desk.sender, compose=bad_for_seven).send_issue(ISSUE, "daily")
    assert report.counts == {ACCEPTED: 23, REJECTED: 2}
    assert desk.codes()[7] == "DigestError: this name cannot be written"
    assert desk.codes()[8] == "not composed"
    desk.check()


def test_a_broken_template_is_nobodys_own_trouble(desk: Desk) -> None:
    def broken(one: Batch, recipients: Mapping[SubscriberId, Recipient]) -> Sequence[Message]:
        raise TemplateError("line 3 is wrong", template="daily")

    with pytest.raises(TemplateError):
        replace(desk.sender, compose=broken).send_issue(ISSUE, "daily")
    desk.later(5)
    assert desk.send().counts == {ACCEPTED: 25}
    desk.check()


def test_who_is_asked_to_wait_gets_it_later(desk: Desk) -> None:
    desk.transport.script = act_on({2: Act.DEFER, 12: Act.DEFER})
    report = desk.send()
    assert report.counts == {ACCEPTED: 23, DEFERRED: 2}
    assert report.next_at == NOW + timedelta(minutes=1)
    assert desk.send().handed == {}
    desk.later(1)
    assert desk.send().counts == {ACCEPTED: 23, DEFERRED: 2}
    desk.transport.script = act_on({})
    desk.later(1)
    assert desk.send().handed == {}, "the second time two minutes are waited"
    desk.later(1)
    assert desk.send().counts == {ACCEPTED: 25}
    assert set(desk.transport.taken.values()) == {1}


def test_a_provider_that_cannot_be_used_pauses_the_issue(desk: Desk) -> None:
    desk.transport.script = act_on({14: Act.FAIL})
    report = desk.send()
    assert report.counts == {ACCEPTED: 13, PLANNED: 12}
    assert "the provider is gone" in report.paused
    assert report.next_at == NOW + timedelta(minutes=1)
    assert desk.send().handed == {}, "nothing is tried before its time"
    desk.transport.script = act_on({})
    desk.later(1)
    assert desk.send().counts == {ACCEPTED: 25}
    assert set(desk.transport.taken.values()) == {1}


@pytest.mark.parametrize(
    ("told", "waits"),
    [
        (timedelta(minutes=7), timedelta(minutes=7)),
        (timedelta(days=365), LONGEST),
        (-timedelta(hours=1), timedelta(0)),
    ],
)
def test_a_busy_provider_says_when(desk: Desk, told: timedelta, waits: timedelta) -> None:
    class Busy(Scripted):
        def send(
            self, batch: str, messages: Sequence[Message], journal: Journal
        ) -> Iterator[Outcome]:
            raise ProviderBusyError("wait", until=NOW + told, batch=batch)

    desk.transport = Busy()
    report = desk.send()
    assert report.next_at == NOW + waits
    assert report.counts == {PLANNED: 25}


def test_doubtful_messages_are_listed_and_never_sent_again(desk: Desk) -> None:
    desk.transport.script = act_on({2: Act.TAKE_SILENTLY, 3: Act.DROP_SILENTLY})
    assert desk.send().counts == {ACCEPTED: 23, IN_DOUBT: 2}
    desk.transport.script = act_on({})
    desk.later(60 * 24)
    assert desk.send().counts == {ACCEPTED: 23, IN_DOUBT: 2}
    assert desk.transport.taken[2] == 1
    assert desk.transport.taken[3] == 0


def test_past_send_by_the_rest_expires(desk: Desk) -> None:
    by = Deadline(scheduled=NOW, within=timedelta(minutes=90))
    desk.transport.script = act_on({14: Act.FAIL})
    desk.send(deadline=by)
    desk.later(90)
    desk.transport.script = act_on({})
    report = desk.send(deadline=by)
    assert report.counts == {ACCEPTED: 13, EXPIRED: 12}
    assert set(desk.transport.taken.values()) == {1}


def test_too_many_refusals_pause_the_issue(engine: Engine, tmp_path: Path) -> None:
    desk = Desk(engine, tmp_path, readers=100)
    desk.transport.script = lambda message: Act.REJECT
    report = desk.send()
    assert report.counts == {REJECTED: 50, PLANNED: 50}
    assert report.paused == "50 of 50 messages went wrong, 50 of them: reject"
    desk.later(60)
    desk.transport.script = act_on({})
    assert desk.send().paused.startswith("paused by error budget: 50 of 50"), "until somebody looks"
    with writing(engine) as connection:
        control.say(connection, ISSUE, Control.RESUME, "Ada", desk.clock.now())
    assert desk.send().counts == {REJECTED: 50, ACCEPTED: 50}


def test_a_budget_of_one_s_own(desk: Desk) -> None:
    desk.transport.script = act_on({2: Act.REJECT, 3: Act.TAKE_SILENTLY})
    tight = replace(desk.sender, budget=Budget(messages=2, share=0.1))
    assert tight.send_issue(ISSUE, "daily").counts == {
        ACCEPTED: 8,
        REJECTED: 1,
        IN_DOUBT: 1,
        PLANNED: 15,
    }


def test_stopped_nothing_more_of_it_is_sent(desk: Desk) -> None:
    def stop(message: Message) -> Act:
        if message.subscriber == 3:
            with writing(desk.engine) as connection:
                control.say(connection, ISSUE, Control.STOP, "Ada", NOW, "the wrong date")
        return Act.ACCEPT

    desk.transport.script = stop
    assert desk.send().counts == {ACCEPTED: 10, EXPIRED: 15}
    assert desk.codes()[25] == "stopped by Ada: the wrong date"


def test_a_stop_is_between_two_batches(desk: Desk) -> None:
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 2

    report = replace(desk.sender, stop=stop).send_issue(ISSUE, "daily")
    assert report.counts == {ACCEPTED: 20, PLANNED: 5}
    assert report.paused == "stopped"
    assert desk.send().counts == {ACCEPTED: 25}


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_releases_what_was_not_handed_over(
    desk: Desk, error: type[BaseException]
) -> None:
    def interrupt(message: Message) -> Act:
        if message.subscriber == 14:
            raise error
        return Act.ACCEPT

    desk.transport.script = interrupt
    with pytest.raises(error):
        desk.send()
    assert desk.counts() == {ACCEPTED: 13, PLANNED: 12}
    desk.transport.script = act_on({})
    assert desk.send().counts == {ACCEPTED: 25}
    assert set(desk.transport.taken.values()) == {1}


def test_a_fault_of_our_own_is_raised_and_loses_nobody(desk: Desk) -> None:
    desk.transport.script = act_on({14: Act.CRASH})
    with pytest.raises(RuntimeError):
        desk.send()
    desk.check()
    assert desk.counts() == {ACCEPTED: 13, PLANNED: 12}
    desk.transport.script = act_on({})
    assert desk.send().handed == {}, "not again at once"
    desk.later(1)
    assert desk.send().counts == {ACCEPTED: 25}


@pytest.mark.parametrize(
    ("act", "doubtful", "taken"),
    [
        (Act.DIE_BEFORE, 0, 13),
        (Act.DIE_DURING, 1, 14),
        (Act.DIE_AFTER, 0, 14),
    ],
)
def test_killed_anywhere_and_run_again(desk: Desk, act: Act, doubtful: int, taken: int) -> None:
    desk.die(act, 14)
    assert desk.counts() == {ACCEPTED: 10, CLAIMED: 10, PLANNED: 5}
    assert desk.transport.taken.total() == taken
    report = desk.send()
    assert report.counts.get(IN_DOUBT, 0) == doubtful
    assert report.counts[ACCEPTED] == 25 - doubtful
    assert set(desk.transport.taken.values()) == {1}, "nobody twice"
    assert desk.transport.taken.total() == 25, "nobody lost"


def test_a_batch_of_somebody_who_lives_is_left_alone(desk: Desk) -> None:
    with writing(desk.engine) as connection:
        one = ledger.claim(connection, ISSUE, "another", NOW, timedelta(minutes=5))
    assert one is not None
    with FileJournal.open(desk.folder / "journals", one.ref):
        desk.later(60)
        assert desk.send().counts == {ACCEPTED: 15, CLAIMED: 10}


def test_a_batch_of_another_machine_is_held_once_its_lease_has_ended(desk: Desk) -> None:
    with writing(desk.engine) as connection:
        ledger.claim(connection, ISSUE, "elsewhere", NOW, timedelta(minutes=5))
    assert desk.send().counts == {ACCEPTED: 15, CLAIMED: 10}
    desk.later(5.1)
    assert desk.send().counts == {ACCEPTED: 15, IN_DOUBT: 10}
    assert desk.send().counts == {ACCEPTED: 15, IN_DOUBT: 10}
    assert desk.transport.taken.total() == 15


def test_a_machine_that_comes_back_settles_its_own(desk: Desk, tmp_path: Path) -> None:
    desk.die(Act.DIE_DURING, 14)
    away = tmp_path / "away"
    shutil.move(desk.folder / "journals", away)
    desk.later(60)
    assert desk.send().counts == {ACCEPTED: 15, IN_DOUBT: 10}
    found = reconcile(desk.engine, desk.transport, away, desk.clock.now())
    assert found == {ACCEPTED: 3, IN_DOUBT: 1, PLANNED: 6}
    assert desk.send().counts == {ACCEPTED: 24, IN_DOUBT: 1}
    assert set(desk.transport.taken.values()) == {1}


def test_a_lease_is_renewed_while_a_batch_takes_long(desk: Desk) -> None:
    leases: list[object] = []

    def slow(message: Message) -> Act:
        desk.later(4)
        with reading(desk.engine) as connection:
            leases.append(
                connection.scalar(
                    sa.select(batch.c.lease_until).where(batch.c.state == BatchState.CLAIMED.value)
                )
            )
        return Act.ACCEPT

    desk.transport.script = slow
    assert desk.send().counts == {ACCEPTED: 25}
    assert len(set(leases[:10])) > 1


def test_two_senders_share_an_issue(engine: Engine, tmp_path: Path) -> None:
    """While one is in the middle of a batch, another walks the rest."""
    desk = Desk(engine, tmp_path)
    other = Desk.__new__(Desk)
    other.__dict__.update(desk.__dict__, transport=Scripted())
    done: list[SendReport] = []

    def meanwhile(message: Message) -> Act:
        if message.subscriber == 5:
            done.append(other.send())
        return Act.ACCEPT

    desk.transport.script = meanwhile
    assert desk.send().counts == {ACCEPTED: 25}
    assert done[0].counts == {ACCEPTED: 15, CLAIMED: 10}
    assert set((desk.transport.taken + other.transport.taken).values()) == {1}


def test_a_journal_left_by_an_earlier_database_is_not_believed(desk: Desk) -> None:
    stale = desk.folder / "journals" / "1.1.1.log"
    stale.parent.mkdir()
    stale.write_text("D\t1\nA\t1\t250\t\nD\t2\n")
    desk.die(Act.DIE_BEFORE, 1)
    assert desk.send().counts == {ACCEPTED: 25}
    assert set(desk.transport.taken.values()) == {1}


def test_a_journal_left_by_a_claim_that_never_was_is_not_believed(desk: Desk) -> None:
    """This machine made journal 1.1.1 and died before its commit; then another made attempt 1.

    Its own journal is there, not here: what it handed over must not be planned again.
    """
    FileJournal.open(desk.folder / "journals", "1.1.1", "here:9:never").close()
    with writing(desk.engine) as connection:
        assert ledger.claim(connection, ISSUE, "there:1:1", NOW, timedelta(minutes=30))
    desk.later(31)
    assert desk.send().counts == {ACCEPTED: 15, IN_DOUBT: 10}


def test_a_journal_is_let_go_even_if_nothing_can_be_concluded(desk: Desk) -> None:
    """Else nobody could find out what it says as long as this process lives."""

    class Forgetful(Scripted):
        def evidence(self, messages: Sequence[str]) -> Mapping[str, DeliveryState]:
            raise RuntimeError("a fault of our own")

    good, desk.transport = desk.transport, Forgetful(act_on({3: Act.CRASH}))
    with pytest.raises(RuntimeError):
        desk.sender.send_issue(ISSUE, "daily")
    desk.transport = good
    assert desk.send().counts == {ACCEPTED: 25}
    desk.later(1)
    assert set(good.taken.values()) == {1}


def test_a_late_sender_stops_before_somebody_sends_its_batch_again(desk: Desk) -> None:
    """Its lease ended while it slept: the batch is in doubt, and may be decided about."""
    slept: list[int] = []

    def sleep(message: Message) -> Act:
        if not slept:
            slept.append(message.subscriber)
            desk.later(61)
            with writing(desk.engine) as connection:
                (one,) = doubt.unsettled(connection, ISSUE)
                assert doubt.doubt(connection, one)
        return Act.ACCEPT

    desk.transport.script = sleep
    report = desk.send()
    assert desk.transport.taken.total() == 1
    assert "lease" in report.paused
    desk.later(1)
    assert desk.send().counts == {ACCEPTED: 25}
    assert set(desk.transport.taken.values()) == {1}


def test_the_journal_of_a_batch_settled_right_before_a_death_goes(desk: Desk) -> None:
    desk.send()
    left = desk.folder / "journals" / "1.1.1.log"
    other = desk.folder / "journals" / "7.1.1.log"
    left.write_text("O\there:1:1\n")
    other.write_text("O\tthere:1:1\n")
    desk.send()
    assert not left.exists()
    assert other.exists(), "of an issue that this ledger does not know"


# --- whatever happens ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with its tables and nothing in them, to copy."""
    file = tmp_path_factory.mktemp("fresh") / "digest.sqlite3"
    engine = make_engine(f"sqlite:///{file}")
    migrate(engine)
    engine.dispose()
    return file


@given(
    acts=st.lists(st.sampled_from(Act), min_size=1, max_size=40),
    gone=st.sets(st.integers(1, 23), max_size=5),
)
@settings(max_examples=50, deadline=None)
def test_whatever_happens_nobody_is_lost_and_nobody_gets_it_twice(
    acts: list[Act], gone: set[int], fresh: Path
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        engine = make_engine(f"sqlite:///{shutil.copy(fresh, folder / 'digest.sqlite3')}")
        desk = Desk(engine, folder, readers=23)
        desk.readers.who |= dict.fromkeys(gone, "left")
        script = iter(acts)
        desk.transport.script = lambda message: next(script, Act.ACCEPT)
        while desk.counts().keys() & {PLANNED, CLAIMED, DEFERRED}:
            desk.later(LONGEST.total_seconds() / 60)
            with suppress(Death, RuntimeError):
                LikeKilled.of(desk.sender).send_issue(ISSUE, "daily")
            desk.check()
            assert max(desk.transport.taken.values(), default=0) <= 1, "nobody twice"
            assert desk.clock.at < NOW + timedelta(days=1), "it comes to an end"
        final = desk.counts()
        engine.dispose()
    assert final.get(EXCLUDED, 0) == len(gone)
    assert not desk.transport.taken.keys() & gone
    # Accepted is only said of what was taken; what was taken and is not accepted is listed.
    assert final.get(ACCEPTED, 0) <= desk.transport.taken.total()
    assert desk.transport.taken.total() <= final.get(ACCEPTED, 0) + final.get(IN_DOUBT, 0)
    assert final.get(REJECTED, 0) <= acts.count(Act.REJECT)
