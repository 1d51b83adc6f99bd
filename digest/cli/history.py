"""``history`` and ``revert``: what editors did to an issue, and back to what it was."""

from typing import Annotated

import typer

from digest.cli.acts import Revision, act
from digest.cli.deciding import By
from digest.cli.line import IssueNumber
from digest.cli.output import DryRun, Json, as_json, line
from digest.cli.root import Options, cli
from digest.ids import IssueId


@cli.command()
def history(ctx: typer.Context, issue: IssueNumber, json: Json = False) -> None:
    """Show what editors did to an issue, newest first: revision, when, who, before → after."""
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    acts = app.newsroom.desk.history(IssueId(issue))
    if json:
        as_json(acts)
        return
    if not acts:
        line("no editor did anything to it")
    for one in acts:
        line(f"revision {one.revision}, {one.at:%Y-%m-%d %H:%M} UTC, {one.who}: {one.what}")
        for change in one.changes:
            line(f"    {change}")


@cli.command()
def revert(
    ctx: typer.Context,
    issue: IssueNumber,
    to: Annotated[int, typer.Argument(metavar="REVISION", help="see `digest history`; 0: none")],
    revision: Revision = None,
    by: By = "operator",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Bring back all that editors had decided about an issue by a revision.

    Its stories are those of now; reverting is an act of its own, and can be taken back likewise.
    """
    from digest.desk.actions import Restore

    act(ctx, issue, Restore(to), revision=revision, by=by, dry_run=dry_run, json=json)
