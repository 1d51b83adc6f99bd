"""Trials by the thousand: ``python -m tests.proof.simulate --seeds 9000``; one: ``--seed 17``."""

import argparse
import logging
import os
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

import structlog

from digest.store import fsck
from digest.store.engine import make_engine, reading
from digest.store.migrations import migrate
from tests.proof.chaos import MEMORY
from tests.proof.trial import BrokenError, Trial

#: trials that share a database; each has an issue of its own in it
TOGETHER = 200


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


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=2000)
    parser.add_argument("--seed", type=int, help="only this one, told step by step")
    told = parser.parse_args()
    began = time.monotonic()
    first, seeds = (0, told.seeds) if told.seed is None else (told.seed, 1)
    broken = simulate(first, seeds, tell=told.seed is not None)
    for one in broken:
        sys.stdout.write(f"BROKEN {one}; replay: --seed {one.split()[1].rstrip(':')}\n")
    sys.stdout.write(f"{seeds} trials, {len(broken)} broken, {time.monotonic() - began:.0f} s\n")
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
