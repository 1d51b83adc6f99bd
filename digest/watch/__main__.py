"""``python -m digest.watch metrics|lines``: the tables of docs/watching.md, made from the code."""

import sys

from digest.watch.lines import LINES
from digest.watch.metrics import METRICS


def metrics() -> str:
    """Every metric as a row."""
    head = "| metric | kind | labels | tells |\n|---|---|---|---|\n"
    rows = (
        f"| `{one.series[0].removesuffix('_bucket')}` | {one.kind} "
        f"| {', '.join(f'`{label}`' for label in one.labels)} | {one.told} |\n"
        for one in METRICS
    )
    return head + "".join(rows)


def lines() -> str:
    """Every event as a row."""
    head = "| event | level | fields | means |\n|---|---|---|---|\n"
    rows = (
        f"| `{name}` | {one.level} "
        f"| {', '.join(f'`{field}`' for field in one.fields)} | {one.told} |\n"
        for name, one in LINES.items()
    )
    return head + "".join(rows)


if __name__ == "__main__":
    sys.stdout.write({"metrics": metrics, "lines": lines}[sys.argv[1]]())
