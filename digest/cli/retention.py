"""``retention``: what is older than it is to be kept."""

import typer

from digest.cli.output import DryRun, Json, as_json, table
from digest.cli.root import Options, cli


@cli.command()
def retention(ctx: typer.Context, dry_run: DryRun = False, json: Json = False) -> None:
    """Delete what is older than [retention] says; `digest run` does so once a day."""
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    gone = app.rights.retain(dry_run=dry_run)
    if json:
        as_json({"dry_run": dry_run, "gone": gone})
    else:
        table(("what", "would go" if dry_run else "gone"), list(gone.items()))
