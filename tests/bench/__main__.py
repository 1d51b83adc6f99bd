"""Runs every measurement, prints a table, writes var/bench.json."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from tests.bench import classification, curation, delivery, gathering, preview, rendering, smtp
from tests.bench.measure import Figure

MEASUREMENTS = (
    rendering.messages,
    preview.from_pool,
    delivery.ledger_rows,
    smtp.sending,
    smtp.far_away,
    classification.reading,
    curation.grouping,
    curation.composing,
    gathering.real_feeds,
    gathering.thousand_hosts,
)
RESULT = Path("var/bench.json")


def main() -> int:
    """0 if every bar is reached."""
    figures: list[Figure] = []
    print(f"{'':32} {'figure':>14} {'':12} {'ratio':>8} {'bar':>8}   beside")
    for measurement in MEASUREMENTS:
        for figure in measurement():
            figures.append(figure)
            ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
            bar = "" if figure.bar is None else f"{figure.bar:g}"
            mark = {True: "ok", False: "MISSED", None: ""}[figure.ok]
            print(
                f"{figure.name:32} {figure.figure:14,.1f} {figure.unit:12} "
                f"{ratio:>8} {bar:>8}   {figure.beside} {mark}"
            )
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps([asdict(one) for one in figures], indent=2) + "\n")
    print(f"written to {RESULT}")
    return 0 if all(one.ok is not False for one in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
