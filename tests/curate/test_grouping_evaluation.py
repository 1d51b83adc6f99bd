"""Copies and events on labelled news. Bars are what the product promises; see also gather.md."""

import random
import subprocess
import sys
import time
from collections import Counter

import pytest

from digest.curate.copies import copies
from digest.curate.events import events
from digest.curate.similarity import Text
from tests.curate import rewrites
from tests.curate.labelled import bcubed, ecb, rows, uci
from tests.parts import REPO

pytestmark = pytest.mark.part("shared-data")

Labelled = list[tuple[Text, str]]


@pytest.mark.parametrize(("name", "event_bar"), [("ecb", 0.89), ("uci", 0.80)])
def test_events(name: str, event_bar: float) -> None:
    told = {"ecb": ecb, "uci": uci}[name]()
    found = events([text for text, _ in told])
    gold = [label for _, label in told]
    event, fold = bcubed(found.event, gold), bcubed(found.fold, gold)
    print(f"{name}: event {event}; fold {fold}")
    scores = []
    for half in _halves(told):
        part = events([text for text, _ in half]).event
        scores.append(bcubed(part, [label for _, label in half]).f1)
    print(f"{name}: event F1 of four random halves {min(scores):.3f} to {max(scores):.3f}")
    assert event.f1 >= event_bar
    assert fold.precision >= 0.95
    assert fold.recall > 0.1


def _halves(told: Labelled) -> list[Labelled]:
    labels = sorted({label for _, label in told})
    rand = random.Random(1)
    chosen = [set(rand.sample(labels, len(labels) // 2)) for _ in range(4)]
    return [[one for one in told if one[1] in half] for half in chosen]


def test_events_among_many_stories_of_their_own() -> None:
    """As news is: an event has two or three reports, most stories have one."""
    by_event: dict[str, list[Text]] = {}
    for text, label in ecb():
        by_event.setdefault(label, []).append(text)
    rand = random.Random(5)
    told = [(one, label) for label, some in by_event.items() for one in rand.sample(some, 3)]
    told += [
        (Text(title=row["title"], body=row["body"]), row["id"])
        for row in rows("masakhanews/eng_dev.jsonl")
    ]
    found = events([text for text, _ in told])
    gold = [label for _, label in told]
    event, fold = bcubed(found.event, gold), bcubed(found.fold, gold)
    print(f"three reports an event among 472 single stories: event {event}; fold {fold}")
    assert event.f1 >= 0.9
    assert fold.precision >= 0.95
    assert fold.recall >= 0.9


def test_copies_in_a_stream() -> None:
    told = rewrites.stream(5000, 1250, seed=3)
    start = time.process_time()
    found = copies([text for text, _, _ in told])
    seconds = time.process_time() - start
    score = bcubed(found, [story for _, story, _ in told])
    print(f"copies: {score}, {len(told) / seconds:,.0f} stories/s of CPU, {_found(told, found)}")
    assert score.f1 >= 0.992


STREAM = """
from digest.curate.copies import copies
from tests.curate import rewrites
copies([text for text, _, _ in rewrites.stream(5000, 1250, seed=3)])
lines = open("/proc/self/status").read().splitlines()
print(next(line.split()[1] for line in lines if line.startswith("VmHWM")))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's /proc")
def test_copies_in_a_stream_fit_into_300_mb() -> None:
    """With the stream itself and the sets it is made from."""
    done = subprocess.run(
        [sys.executable, "-c", STREAM],
        cwd=REPO,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    print(f"copies: {int(done.stdout) / 1_000:.0f} MB at most")
    assert int(done.stdout) / 1_000 <= 300


def _found(told: list[tuple[Text, int, int]], found: tuple[int, ...]) -> str:
    """The share of rewrites of each level that were found."""
    base = {story: found[at] for at, (_, story, level) in enumerate(told) if level == 0}
    total: Counter[int] = Counter(level for _, _, level in told if level)
    hits: Counter[int] = Counter(
        level for at, (_, story, level) in enumerate(told) if level and found[at] == base[story]
    )
    return ", ".join(f"L{level} {hits[level] / total[level]:.3f}" for level in sorted(total))
