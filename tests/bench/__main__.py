"""Runs every measurement, prints a table, writes var/bench.json.

``python -m tests.bench million``: the long ones instead, to var/bench-million.json.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from tests.bench import (
    addressing,
    classification,
    curation,
    delivery,
    editing,
    gathering,
    hooks,
    million,
    million_send,
    preview,
    rendering,
    sendgrid,
    smtp,
)
from tests.bench.measure import Figure
from tests.trust import clicking, one_click

MEASUREMENTS = (
    rendering.messages,
    million.short,
    preview.from_pool,
    delivery.ledger_rows,
    hooks.events,
    one_click.bench,
    clicking.bench,
    sendgrid.path,
    smtp.sending,
    smtp.far_away,
    classification.reading,
    curation.grouping,
    curation.composing,
    editing.acting,
    gathering.real_feeds,
    gathering.thousand_hosts,
    million_send.hundred_thousand,
)
#: what takes minutes, by name
LONG = {"million": (million.whole, addressing.freezing)}
RESULT = Path("var/bench.json")


def main(name: str = "") -> int:
    """0 if every bar is reached."""
    result = RESULT.with_stem(f"{RESULT.stem}-{name}") if name else RESULT
    figures: list[Figure] = []
    print(f"{'':32} {'figure':>14} {'':12} {'ratio':>8} {'bar':>8}   beside")
    for measurement in LONG[name] if name else MEASUREMENTS:
        for figure in measurement():
            figures.append(figure)
            ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
            bar = "" if figure.bar is None else f"{figure.bar:g}"
            mark = {True: "ok", False: "MISSED", None: ""}[figure.ok]
            print(
                f"{figure.name:32} {figure.figure:14,.1f} {figure.unit:12} "
                f"{ratio:>8} {bar:>8}   {figure.beside} {mark}"
            )
    result.parent.mkdir(exist_ok=True)
    result.write_text(json.dumps([asdict(one) for one in figures], indent=2) + "\n")
    print(f"written to {result}")
    return 0 if all(one.ok is not False for one in figures) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
