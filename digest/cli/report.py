"""``report``: what became of an issue that has gone."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from digest.cli.line import IssueNumber
from digest.cli.output import Json, as_json, line, table
from digest.cli.root import Options, cli
from digest.ids import IssueId

if TYPE_CHECKING:
    from digest.model import Group, Report


@cli.command()
def report(ctx: typer.Context, issue: IssueNumber, json: Json = False) -> None:
    """Tell what became of an issue: delivered, bounced, left, clicked, beside the ten before it."""
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    told = app.following.report(app.parts, IssueId(issue))
    if json:
        as_json(_with_text_keys(told))
    else:
        _show(told)


def _with_text_keys(told: "Report") -> dict[str, object]:
    made = asdict(told)
    if told.clicked:
        made["clicked"]["hours"] = {at.isoformat(): n for at, n in told.clicked.hours.items()}
    return made


def _show(told: "Report") -> None:
    from digest.model import LEAST

    line(f"{told.edition} {told.local_date}, issue {told.issue}: {told.state}")
    if told.subject:
        line(f"  {told.subject}")
    counts = [*told.deliveries.items(), *told.left_out.items()]
    line("  " + ", ".join(f"{count} {name}" for name, count in counts))
    line()
    table(
        ("of 100 readers", "this issue", "median", "range"),
        [
            (
                one.name,
                one.this,
                one.median,
                "" if one.lowest is None else f"{one.lowest} to {one.highest}",
            )
            for one in told.compared
        ],
    )
    _groups("segment", told.segments)
    _groups("domain", told.domains)
    if told.hidden:
        line(f"  {told.hidden} groups of fewer than {LEAST} readers are not told of apart")
    if told.clicked is None:
        line(f"  clicks: not counted, or of fewer than {LEAST} readers")
        return
    line()
    table(
        ("section", "what", "had it", "people", "machines", "link"),
        [
            (one.section, one.place, one.readers, one.human, one.machine, one.headline or one.url)
            for one in told.clicked.links
        ],
    )


def _groups(name: str, groups: "Sequence[Group]") -> None:
    if not groups:
        return
    line()
    rows = []
    for one in groups:
        all_ = one.figures
        rows.append((one.name, all_.accepted, all_.bounced, all_.complained, all_.left))
    table((name, "accepted", "bounced", "complained", "left"), rows)
