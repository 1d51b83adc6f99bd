"""``routes`` and ``cancel``: the ways out, and calling back what a provider holds."""

from typing import Annotated

import typer

from digest.cli.output import DryRun, Json, as_json, line, table
from digest.cli.root import Options, cli
from digest.ids import IssueId


@cli.command()
def routes(
    ctx: typer.Context,
    left_out: Annotated[
        int | None,
        typer.Option(metavar="ISSUE", help="list whom no route could mail, since they warm up"),
    ] = None,
    json: Json = False,
) -> None:
    """How each way out stands: quiet, failing, warming up."""
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    room = app.newsroom
    if left_out is not None:
        readers = room.left_out(IssueId(left_out))
        if json:
            as_json(readers)
        else:
            for reader in readers:
                line(str(reader))
        return
    told = room.routes()
    if json:
        as_json(told)
        return
    table(
        ("route", "transport", "quiet until", "failing since", "warm-up today", "of"),
        [(r.name, r.transport, r.closed_until, r.failing_since, r.warmed, r.most) for r in told],
    )
    for one in told:
        if one.note:
            line(f"{one.name}: {one.note}")


@cli.command()
def cancel(ctx: typer.Context, issue: int, dry_run: DryRun = False, json: Json = False) -> None:
    """Call back an issue that a provider holds, until 10 minutes before its time."""
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    room = app.newsroom
    found = room.issue(IssueId(issue))
    if dry_run:
        line(f"would call back issue {issue}")
        return
    readers = room.call_back(found)
    if json:
        as_json({"issue": issue, "readers": readers})
    else:
        line(f"issue {issue} is called back: {readers} readers get nothing")
