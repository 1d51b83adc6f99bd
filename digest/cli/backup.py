"""``backup`` and ``restore``: a copy of the database, and the database of a copy."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import Json, as_json, line
from digest.cli.root import Options, cli, instant
from digest.errors import ExitCode

if TYPE_CHECKING:
    from digest.app import App
    from digest.steps.restore import Done


@cli.command()
def backup(
    ctx: typer.Context,
    where: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE|FOLDER]", help="left out: [backup] folder"),
    ] = None,
    keep: Annotated[
        int | None,
        typer.Option(min=0, help="so many stay in the folder; left out: [backup] keep, 0: all"),
    ] = None,
    json: Json = False,
) -> None:
    """Write one moment of the database to a file, and look it through. Keeps nobody waiting.

    Exit code 8 if the copy holds what `digest fsck` calls a flaw; it is kept.
    """
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    made = app.keeper.backup(where, keep=keep)
    rows = sum(one.rows for one in made.manifest.tables.values())
    if json:
        as_json(made)
    else:
        line(f"{made.file}: {rows} rows, {made.bytes} bytes, {made.seconds:.1f} s, looked through")
        for one in made.removed:
            line(f"removed {one}")
        for flaw in made.manifest.flaws:
            line(f"flaw: {flaw}")
    if made.manifest.flaws:
        raise typer.Exit(ExitCode.UNSOUND)


@cli.command()
def restore(
    ctx: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(help="a backup; left out: bring up a restored database that stands still"),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="put the database that is there aside")
    ] = False,
    without_journal: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="the journal of who left is lost, and you say that it may send all the same",
        ),
    ] = "",
    since: Annotated[
        str,
        typer.Option(
            metavar="TIME", help="no FILE: do again what was asked for and went since then"
        ),
    ] = "",
    json: Json = False,
) -> None:
    """Put a backup in the database's place; who left, and what went, since then is done again.

    Without the journal that tells it, the database stands still: exit code 6.
    """
    options: Options = ctx.obj
    app = options.app()
    if file is None:
        app.migrate()
        again = _again(app, without_journal, instant(since, "--since") if since else None)
        if json:
            as_json({"done": again})
        else:
            line("it does not stand still after a restore" if again is None else "it may send")
            _tell(again)
        return
    made = app.keeper.restore(file, replace=replace, without=without_journal)
    app.migrate()
    if json:
        as_json(made)
    else:
        line(f"restored as of {made.manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC")
        if made.aside:
            line(f"what was there is now {made.aside}")
        _tell(made.done)
        if made.done is None:
            line(
                "The journal of who left since is not there, so nothing is sent from here. Put its "
                "folder back and say `digest restore`, or say `digest restore --without-journal "
                "NAME`: then people who left since the backup may get mail."
            )
    if made.done is None:
        raise typer.Exit(ExitCode.REFUSED)


def _again(app: "App", without_journal: str, since: datetime | None) -> "Done | None":
    if since is not None:
        return app.keeper.since(since, "operator")
    return app.keeper.reapply(without_journal or "operator", without=bool(without_journal))


def _tell(done: "Done | None") -> None:
    if done is None:
        return
    line(f"done again: {done.left} left, {done.suppressed} suppressed, {done.erased} erased")
    if done.batches or done.issues:
        line(
            f"gone since, or it may have: {done.batches} batches are in doubt (`digest doubtful`), "
            f"{done.issues} issues are given up"
        )
    if done.unreadable:
        line(f"{done.unreadable} lines of the journal were cut short")
