"""``tasks``: what `digest run` does by itself now and then."""

import typer

from digest.cli.output import Json, as_json, table
from digest.cli.root import Options, cli


@cli.command()
def tasks(ctx: typer.Context, json: Json = False) -> None:
    """Show what recurs: how often, when it was begun last, when it is due; and the last backup."""
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    found = app.keeper.tasks()
    if json:
        as_json(found)
        return
    table(
        ("task", "every", "begun", "due", "last"),
        [
            (one.name, one.every or "never", one.begun_at, one.due_at or "at once", one.last)
            for one in found
        ],
    )
