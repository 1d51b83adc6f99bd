"""Trials by the thousand on every core: ``python -m tests.proof.simulate --seeds 9000``.

One of them, told step by step: ``--seed 17``. At most so long: ``--minutes 5``.
"""

import argparse
import logging
import math
import multiprocessing
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import structlog

from digest.store import fsck
from digest.store.engine import make_engine, reading
from digest.store.migrations import migrate
from tests.proof.chaos import MEMORY
from tests.proof.trial import BrokenError, Trial

#: trials that share a database; each has an issue of its own in it
TOGETHER = 200
#: seconds between two lines on how far it is
TELL = 30


@dataclass(frozen=True, slots=True)
class Part:
    """A range of seeds for one process, which does not begin it after ``until``."""

    seeds: range
    until: float


@dataclass(slots=True)
class Played:
    """How many trials were played, and what broke in them."""

    trials: int
    broken: list[str]


def simulate(first: int, seeds: int, *, tell: bool = False) -> list[str]:
    """Play so many seeds from ``first`` on; what broke, with the seed that replays it."""
    # Faults are what this is about: nobody wants to read of each.
    critical = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=critical)
    broken = []
    place = MEMORY if os.access(MEMORY, os.W_OK) else None
    for start in range(first, first + seeds, TOGETHER):
        with tempfile.TemporaryDirectory(dir=place, prefix="digest-trial-") as name:
            file = Path(name) / "digest.sqlite3"
            engine = make_engine(f"sqlite:///{file}")
            migrate(engine)
            look = sqlite3.connect(file)
            look.row_factory = sqlite3.Row
            for seed in range(start, min(start + TOGETHER, first + seeds)):
                try:
                    Trial(engine, look, Path(name), seed + 1 - start, seed, tell=tell).play()
                except BrokenError as error:
                    broken.append(f"seed {seed}: {error}")
            with reading(engine) as connection:
                flaws = fsck.check(connection, rules=fsck.LEDGER)
            broken += [f"seed {start + one.issue - 1}: {one.why}" for one in flaws]
            look.close()
            engine.dispose()
    return broken


def play(part: Part) -> Played:
    """Play one part, unless the time is up."""
    if time.monotonic() > part.until:
        return Played(0, [])
    return Played(len(part.seeds), simulate(part.seeds.start, len(part.seeds)))


def in_parts(seeds: int, until: float) -> Iterator[Part]:
    """The seeds from 0 on, in parts that each have a database of their own."""
    for start in range(0, seeds, TOGETHER):
        yield Part(range(start, min(start + TOGETHER, seeds)), until)


def many(seeds: int, minutes: float) -> Played:
    """Play seeds on every core, and say now and then how far it is."""
    began = time.monotonic()
    total, told = Played(0, []), began
    # Spawned: a fork of this process would share what greenlets and SQLite keep in memory.
    with multiprocessing.get_context("spawn").Pool() as pool:
        for one in pool.imap_unordered(play, in_parts(seeds, began + minutes * 60)):
            total.trials += one.trials
            total.broken += one.broken
            tell_broken(one.broken)
            if time.monotonic() - told >= TELL:
                told = time.monotonic()
                tell_total(total, of=seeds, seconds=told - began)
    return total


def tell_broken(broken: list[str]) -> None:
    for one in broken:
        print(f"BROKEN {one}; replay: --seed {one.split()[1].rstrip(':')}", flush=True)


def tell_total(total: Played, *, of: int, seconds: float) -> None:
    print(f"{total.trials} of {of} trials, {len(total.broken)} broken, {seconds:.0f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=2000)
    parser.add_argument("--minutes", type=float, default=math.inf, help="at most so long")
    parser.add_argument("--seed", type=int, help="only this one, told step by step")
    told = parser.parse_args()
    began = time.monotonic()
    if told.seed is None:
        seeds, total = told.seeds, many(told.seeds, told.minutes)
    else:
        seeds, total = 1, Played(1, simulate(told.seed, 1, tell=True))
        tell_broken(total.broken)
    tell_total(total, of=seeds, seconds=time.monotonic() - began)
    sys.exit(bool(total.broken))


if __name__ == "__main__":
    main()
