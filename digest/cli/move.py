"""``move``: from SQLite to PostgreSQL."""

import sys
from typing import Annotated

import typer

from digest.cli.output import DryRun, Json, as_json, line, table
from digest.cli.root import Options, cli


@cli.command()
def move(
    ctx: typer.Context,
    url: Annotated[
        str, typer.Argument(metavar="[URL]", help="postgresql://user:password@host/name, empty")
    ] = "",
    back: Annotated[
        bool, typer.Option("--back", help="have this database send again; drop the other one first")
    ] = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Copy the SQLite database into an empty PostgreSQL one, compare, and send from here no more.

    All or nothing: broken off, say it again.
    """
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    if back:
        done = app.keeper.back("operator")
        as_json({"back": done}) if json else line("it sends again" if done else "it has not moved")
        return
    if not url:
        raise typer.BadParameter("is missing", param_hint="URL")
    made = app.keeper.move(url, _progress, dry_run=dry_run)
    sys.stderr.write("\n")
    if json:
        as_json(made)
        return
    table(("table", "rows"), [(name, one.rows) for name, one in made.tables.items() if one.rows])
    if dry_run:
        line(f"{made.rows} rows would be copied")
    else:
        line(f"{made.rows} rows, the same on both sides, in {made.seconds:.1f} s")
        line("Now set [database] url to the new place and start `digest schedule` and workers.")


def _progress(name: str, rows: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{name}: {rows}\033[K")
