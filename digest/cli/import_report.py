"""An import in words, for a person at the command line."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.door import ImportReport

#: rejected rows that are told one by one; the rest is in --json
TOLD = 20


def import_told(report: "ImportReport") -> Iterator[str]:
    """What an import came to, line by line."""
    did, barred = ("would add", "would bar") if report.dry_run else ("added", "barred")
    yield (
        f"{report.rows} rows: {did} {report.added}, updated {report.updated}, "
        f"{barred} {report.barred}, skipped {report.skipped}, rejected {len(report.rejected)}"
    )
    for what, findings in (("rejected", report.rejected), ("note", report.warnings)):
        for finding in findings[:TOLD]:
            place = f"{finding.file} line {finding.line}".strip()
            yield f"  {what}: {place}: {finding.problem} {finding.detail}".rstrip()
        if len(findings) > TOLD:
            yield f"  and {len(findings) - TOLD} more; --json lists them all"
    for column, (known, unknown) in report.words.items():
        yield f"  column {column!r}: {known} entries mean something here, {unknown} do not"
    if report.ignored_columns:
        yield f"  columns that mean nothing here: {', '.join(report.ignored_columns)}"
