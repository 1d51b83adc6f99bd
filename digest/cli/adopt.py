"""``adopt``: this database belongs here, and may send."""

from typing import Annotated

import typer

from digest.cli.output import DryRun, Json, as_json, line
from digest.cli.root import Options, cli


@cli.command()
def adopt(
    ctx: typer.Context,
    reason: Annotated[str, typer.Option(help="why, for whoever asks later")] = "",
    by: Annotated[str, typer.Option(help="who decides")] = "operator",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Say that a restored or moved database belongs here: what is due is paused, then it sends."""
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    why = app.installation.why_not()
    paused = app.installation.adopt(by, reason) if why and not dry_run else []
    if json:
        as_json({"refused": why, "adopted": bool(why) and not dry_run, "paused": paused})
    elif not why:
        line("this database belongs here already, and sends")
    elif dry_run:
        line(f"this database may not send from here: {why}; nothing changed")
    else:
        line(f"this database belongs here now, says {by}; it did not: {why}")
        for issue in paused:
            line(
                f"  issue {issue} is paused, for it may have gone from elsewhere: "
                f"`digest resume {issue}` or `digest stop {issue}`"
            )
