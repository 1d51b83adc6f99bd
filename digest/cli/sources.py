"""``sources``: how they stand."""

import typer

from digest.cli.output import Json, as_json, table
from digest.cli.root import Options, cli


@cli.command()
def sources(ctx: typer.Context, json: Json = False) -> None:
    """List the sources and how their last polls ended."""
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    room = app.newsroom
    found = room.source_states()
    if json:
        as_json(found)
        return
    table(
        ("source", "status", "last good", "last new", "failures", "note"),
        [(s.name, s.status, s.last_ok_at, s.last_new_at, s.failures, s.note) for s in found],
    )
