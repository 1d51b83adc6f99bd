"""``make soak``: a month of five editions, forty sources and many readers, with faults.

``--readers 100000 --days 30 --sources 40 --seed 1``. Ends with 1 where an issue or a reader was
left out or served twice, or where memory or open files grew.
"""

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path

import structlog

from tests.soak.measure import slope
from tests.soak.month import Month
from tests.soak.newsroom import Place

#: until then caches fill
WARM = 5
#: what may be the noise of a day; a leak of one mail in a thousand would be more
MOST_MEGABYTES_A_DAY, MOST_FILES_A_DAY = 1.0, 0.2


def main() -> int:
    """Play it and tell."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--readers", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--sources", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    critical = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=critical)
    began, cpu = time.monotonic(), time.process_time()
    with tempfile.TemporaryDirectory(prefix="digest-soak-") as name:
        month = Month(Place(Path(name), told.sources), told.readers, told.seed)
        for number, held in enumerate(month.days(told.days), start=1):
            print(
                f"day {number:2}: {month.tally.issues} issues, {month.tally.mails:,} mails, "
                f"{held.megabytes:.0f} MB, {held.files} files, {time.monotonic() - began:.0f} s",
                flush=True,
            )
    tally = month.tally
    later = tally.days[WARM:]
    memory = slope([one.megabytes for one in later])
    files = slope([one.files for one in later])
    print(f"faults: {', '.join(f'{count} {name}' for name, count in sorted(tally.faults.items()))}")
    print(
        f"{month.readers:,} readers, {tally.issues} issues, {tally.mails:,} mails in "
        f"{time.monotonic() - began:.0f} s, {time.process_time() - cpu:.0f} s of CPU; from day "
        f"{WARM + 1} on {memory:+.2f} MB and {files:+.2f} files a day"
    )
    for one in tally.wrong:
        print(f"WRONG {one}")
    grew = memory > MOST_MEGABYTES_A_DAY or files > MOST_FILES_A_DAY
    if grew:
        print("GREW")
    return int(bool(tally.wrong) or grew)


if __name__ == "__main__":
    sys.exit(main())
