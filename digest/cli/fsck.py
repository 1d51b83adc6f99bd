"""``fsck``: whether the ledger adds up."""

from typing import Annotated

import typer

from digest.cli.output import Json, as_json, line, table
from digest.cli.root import Options, cli
from digest.errors import ExitCode
from digest.ids import IssueId


@cli.command()
def fsck(
    ctx: typer.Context,
    issue: Annotated[int | None, typer.Argument(help="the issue’s number; all if left out")] = None,
    json: Json = False,
) -> None:
    """Check all that must hold of issues, batches, deliveries and journals. Changes nothing.

    Exit code 8 if anything is wrong.
    """
    from digest.steps.fsck import fsck as check

    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    flaws = check(app.parts, None if issue is None else IssueId(issue))
    if json:
        as_json({"flaws": flaws})
    elif flaws:
        table(("issue", "rule", "what"), [(one.issue, one.rule, one.why) for one in flaws])
    else:
        line("everything adds up")
    if flaws:
        raise typer.Exit(ExitCode.UNSOUND)
