"""Measures a million subscribers: ``python -m tests.bench.subscribers``, some minutes.

Prints a table and writes var/bench-subscribers.json.
"""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from tests.bench import importing, segments
from tests.bench.measure import Figure

RESULT = Path("var/bench-subscribers.json")


MEASUREMENTS: tuple[Callable[[], Iterator[Figure]], ...] = (
    segments.counting,
    importing.run,
    importing.million,
)


def main() -> int:
    """0 if every bar is reached."""
    figures: list[Figure] = []
    print(f"{'':32} {'figure':>14} {'':12} {'ratio':>8} {'bar':>8}   beside")
    for measurement in MEASUREMENTS:
        for one in measurement():
            figures.append(one)
            ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
            bar = "" if one.bar is None else f"{one.bar:.2f}"
            mark = {True: "ok", False: "MISSED", None: ""}[one.ok]
            print(
                f"{one.name:32} {one.figure:14,.2f} {one.unit:12} "
                f"{ratio:>8} {bar:>8}   {one.beside} {mark}",
                flush=True,
            )
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps([asdict(one) for one in figures], indent=2) + "\n")
    print(f"written to {RESULT}")
    return 0 if all(one.ok is not False for one in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
