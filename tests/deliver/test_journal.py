"""The journal: whole lines, a lock that tells who lives, nothing believed that was cut short."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from digest.deliver.evidence import conclude
from digest.deliver.journal import BusyError, FileJournal, Reading
from digest.model import Batch, DeliveryState, Outcome
from tests.deliver.newsroom import ISSUE
from tests.deliver.scripted import Scripted
from tests.parts import REPO

ACCEPTED, PLANNED = DeliveryState.ACCEPTED, DeliveryState.PLANNED
IN_DOUBT, REJECTED = DeliveryState.IN_DOUBT, DeliveryState.REJECTED


def accepted(subscriber: int, code: str = "250", provider_id: str = "") -> Outcome:
    return Outcome(subscriber=subscriber, state=ACCEPTED, code=code, provider_id=provider_id)


def test_it_reads_what_was_written(tmp_path: Path) -> None:
    with FileJournal.open(tmp_path, "1.1.1") as journal:
        journal.handing_over([1, 2, 3])
        journal.settled([accepted(1, "250 2.0.0", "Q1")])
        journal.settled([Outcome(subscriber=2, state=REJECTED, code="tab\there\nand line")])
        read = journal.read()
    assert read.handed == {1, 2, 3}
    assert read.answers == {
        1: accepted(1, "250 2.0.0", "Q1"),
        2: Outcome(subscriber=2, state=REJECTED, code="tab here and line"),
    }
    with pytest.raises(OSError, match="descriptor"):
        journal.handing_over([4])


@pytest.mark.parametrize(
    "state", [one for one in DeliveryState if one.value in "accepted rejected"]
)
def test_every_answer_comes_back(tmp_path: Path, state: DeliveryState) -> None:
    with FileJournal.open(tmp_path, "1.1.1") as journal:
        journal.settled([Outcome(subscriber=1, state=state)])
        assert journal.read().answers[1].state is state


def test_an_answer_is_to_the_last_hand_over(tmp_path: Path) -> None:
    with FileJournal.open(tmp_path, "1.1.1") as journal:
        journal.handing_over([1])
        journal.settled([Outcome(subscriber=1, state=PLANNED)])
        journal.handing_over([1])
        assert journal.read().answers == {}


@pytest.mark.parametrize("cut", range(1, 18))
def test_a_line_cut_short_counts_for_nothing(tmp_path: Path, cut: int) -> None:
    with FileJournal.open(tmp_path, "1.1.1") as journal:
        journal.handing_over([12])
        journal.settled([accepted(12, "250", "Q1")])
    path = tmp_path / "1.1.1.log"
    whole = path.read_bytes()
    assert len(whole) == 3 + 5 + 12
    path.write_bytes(whole[:-cut])
    found = FileJournal.found(tmp_path, "1.1.1")
    assert found is not None
    read = found.read()
    found.close()
    assert read.answers == {}
    assert read.handed == ({12} if cut <= 12 else set())


def test_threads_write_whole_lines(tmp_path: Path) -> None:
    with FileJournal.open(tmp_path, "1.1.1") as journal:

        def work(first: int) -> None:
            for number in range(first, first + 50):
                journal.handing_over([number])
                journal.settled([accepted(number)])

        threads = [threading.Thread(target=work, args=(start,)) for start in range(0, 200, 50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        read = journal.read()
    assert read.handed == read.answers.keys() == set(range(200))


def test_the_living_are_not_disturbed_and_the_dead_are_known_at_once(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path\n"
        "from digest.deliver.journal import FileJournal\n"
        "journal = FileJournal.open(Path(sys.argv[1]), '1.1.1')\n"
        "journal.handing_over([7]); print('ready', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], cwd=REPO, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        with pytest.raises(BusyError):
            FileJournal.found(tmp_path, "1.1.1")
        with pytest.raises(BusyError):
            FileJournal.open(tmp_path, "1.1.1")
        writer.kill()
        writer.wait()
        found = FileJournal.found(tmp_path, "1.1.1")
    assert found is not None
    assert found.read().handed == {7}
    found.discard()
    assert FileJournal.found(tmp_path, "1.1.1") is None


def test_a_thread_of_the_same_process_lives_too(tmp_path: Path) -> None:
    with FileJournal.open(tmp_path, "1.1.1"), pytest.raises(BusyError):
        FileJournal.found(tmp_path, "1.1.1")


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    FileJournal.open(tmp_path / "journals", "1.1.1").close()
    assert (tmp_path / "journals" / "1.1.1.log").stat().st_mode & 0o077 == 0
    assert os.stat(tmp_path / "journals").st_mode & 0o077 == 0  # noqa: PTH116 - follows nothing


@pytest.mark.parametrize("ref", ["", "../1", "a/b", ".hidden", "1\n"])
def test_names_stay_inside_the_folder(tmp_path: Path, ref: str) -> None:
    with pytest.raises(ValueError, match="journal"):
        FileJournal.open(tmp_path, ref)


# --- what the evidence comes to ------------------------------------------------------------------


class Proving(Scripted):
    """A transport that can prove one thing of reader 1."""

    proof: DeliveryState | None = None

    def evidence(self, messages: object) -> dict[str, DeliveryState]:
        return {f"{ISSUE}-1": self.proof} if self.proof else {}


HANDED = Reading(handed=frozenset({1}), answers={})
SILENT = Reading(answers={})


def answered(state: DeliveryState) -> Reading:
    return Reading(handed=frozenset({1}), answers={1: Outcome(subscriber=1, state=state)})


@pytest.mark.parametrize(
    ("journal", "proof", "doubted", "result"),
    [
        (SILENT, None, False, PLANNED),
        (SILENT, None, True, IN_DOUBT),
        (HANDED, None, False, IN_DOUBT),
        (None, None, False, IN_DOUBT),
        (answered(ACCEPTED), None, False, ACCEPTED),
        (answered(REJECTED), None, False, REJECTED),
        (answered(PLANNED), None, False, PLANNED),
        (answered(IN_DOUBT), None, False, IN_DOUBT),
        (None, ACCEPTED, False, ACCEPTED),
        (SILENT, ACCEPTED, False, ACCEPTED),
        (HANDED, ACCEPTED, True, ACCEPTED),
        (answered(IN_DOUBT), ACCEPTED, False, ACCEPTED),
        (answered(REJECTED), ACCEPTED, False, ACCEPTED),
        (None, PLANNED, False, PLANNED),
        (HANDED, PLANNED, False, PLANNED),
        (SILENT, PLANNED, True, PLANNED),
        (answered(IN_DOUBT), PLANNED, False, PLANNED),
        # A file that somebody removed was written all the same.
        (answered(ACCEPTED), PLANNED, False, ACCEPTED),
        (answered(REJECTED), PLANNED, False, REJECTED),
    ],
)
def test_what_became_of_a_message(
    journal: Reading | None,
    proof: DeliveryState | None,
    doubted: bool,
    result: DeliveryState,
) -> None:
    transport = Proving()
    transport.proof = proof
    batch = Batch(issue=ISSUE, number=1, attempt=1, deliveries={1: "v1"})
    found = conclude(batch, transport, journal, {}, frozenset({1} if doubted else ()))
    assert [(one.subscriber, one.state) for one in found] == [(1, result)]


def test_what_the_transport_told_counts_first() -> None:
    batch = Batch(issue=ISSUE, number=1, attempt=1, deliveries={1: "v1", 2: "v1"})
    told = {1: Outcome(subscriber=1, state=REJECTED)}
    found = conclude(batch, Scripted(), answered(ACCEPTED), told)
    assert {one.subscriber: one.state for one in found} == {1: REJECTED, 2: PLANNED}


def test_a_lock_on_a_file_that_another_lane_has_removed_is_none(tmp_path: Path) -> None:
    """Between opening a journal and locking it, its last holder may have removed it."""
    until, faults = time.monotonic() + 1.5, []

    def contend() -> None:
        while time.monotonic() < until and not faults:
            try:
                journal = FileJournal.found(tmp_path, "1.1.1") or FileJournal.open(
                    tmp_path, "1.1.1"
                )
            except BusyError:
                continue
            try:
                journal.read()
                if len(list(tmp_path.iterdir())) != 1:
                    faults.append("a journal that is held is not there")
            except OSError as error:
                faults.append(repr(error))
            journal.discard()

    threads = [threading.Thread(target=contend) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
