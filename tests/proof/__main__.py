"""The long proof: kills on both databases and through every transport, for a given time.

``python -m tests.proof --minutes 30``. A quarter of the time or so goes to the simulation. Once for
each transport that can leave doubts the other policy is tried too, which must show duplicates.
"""

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from itertools import count, product
from time import monotonic

from tests.parts import postgres_bin
from tests.postgres import postgres_server
from tests.proof.chaos import chaos
from tests.proof.simulate import simulate

TRANSPORTS = ("outbox", "smtp", "sendgrid", "sendgrid --events")
#: kills of one run
KILLS = 25
ADDED = (
    *("rounds", "kills", "recipients", "accepted", "excluded", "refused", "lost", "duplicates"),
    *("doubtful", "unsettled", "unlisted", "unknowable", "mailed_against_their_will"),
)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    end = monotonic() + told.minutes * 60
    failed: list[str] = []
    with server() as fresh:
        databases = ["sqlite", *(["postgresql"] if fresh else [])]
        failed += controls()
        totals: dict[str, Counter[str]] = {}
        longest = 0.0
        for seed in count(told.seed):
            for database, transport in product(databases, TRANSPORTS):
                if monotonic() > end - told.minutes * 15:
                    break
                words = [
                    "--seed",
                    str(seed),
                    "--kills",
                    str(KILLS),
                    "--transport",
                    *transport.split(),
                ]
                if database == "postgresql" and fresh:
                    words += ["--database", fresh()]
                try:
                    row = chaos(*words, expect=None)
                except AssertionError as error:
                    failed.append(f"{' '.join(words[:6])}: {error}")
                    continue
                sums = totals.setdefault(f"{database} {transport}", Counter())
                sums.update({name: row[name] for name in ADDED})
                sums.update({f"fault {name}": times for name, times in row["faults"].items()})
                sums.update({f"in {name}": times for name, times in row["killed_in"].items()})
                longest = max(longest, row["resume_longest"])
                failed += [f"{' '.join(words[:6])}: {why}" for why in row["failures"]]
                say({"seed": seed, "what": f"{database} {transport}"} | {n: row[n] for n in ADDED})
            else:
                continue
            break
    trials = 0
    while monotonic() < end or not trials:
        failed += simulate(trials, 500)
        trials += 500
    everything: Counter[str] = Counter()
    for sums in totals.values():
        everything.update(sums)
    say({"totals": totals, "all": everything, "resume_longest": longest, "trials": trials})
    for why in failed:
        say({"FAILED": why})
    sys.exit(bool(failed))


def controls() -> Iterator[str]:
    """Sending again what is in doubt must show duplicates, or the proof proves nothing."""
    # What a request leaves in doubt it leaves so for all its readers at once: seldom, but many.
    for transport, kills, faults in (("smtp", "8", "0.1"), ("sendgrid", "40", "0.4")):
        row = chaos(
            *("--transport", transport, "--kills", kills, "--policy", "resend", "--faults", faults),
            expect=None,
        )
        say({"control": transport, "duplicates": row["duplicates"]})
        yield from (f"control {transport}: {why}" for why in row["failures"])


@contextmanager
def server() -> Iterator[Callable[[], str] | None]:
    """PostgreSQL, or one named by DIGEST_CHAOS_DATABASE; None where there is neither."""
    if url := os.environ.get("DIGEST_CHAOS_DATABASE"):
        yield lambda: url
        return
    if postgres_bin() is None:
        say({"absent": "PostgreSQL: `make test-parts` installs it"})
    with postgres_server() if postgres_bin() else nullcontext() as fresh:
        yield fresh


def say(row: object) -> None:
    sys.stdout.write(json.dumps(row) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
