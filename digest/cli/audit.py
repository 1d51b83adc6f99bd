"""``audit``: who did what at the desk and on accounts, and whether the record is whole."""

from typing import Annotated

import typer

from digest.cli.output import Json, as_json, line, table
from digest.cli.root import Options, cli
from digest.errors import ExitCode


@cli.command()
def audit(
    ctx: typer.Context,
    json: Json = False,
    verify: Annotated[bool, typer.Option("--verify", help="look for what was changed")] = False,
    anchor: Annotated[
        str, typer.Option(help="a last seal that you kept: it must still be there")
    ] = "",
    last: Annotated[int, typer.Option(min=1, help="how many entries to show")] = 50,
) -> None:
    """Show who did what, newest first; as JSON all of it, oldest first, one entry a line."""
    from digest.web.desk_audit import line as as_line

    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    if verify or anchor:
        found = app.accounts.verify(anchor)
        if json:
            as_json(found)
        else:
            line(f"{found.entries} entries are as they were written; the last seal: {found.last}")
            if found.broken is not None:
                line(f"entry {found.broken} is not as it was written")
            if found.anchored is False:
                line("the seal that you kept is not among them: the record was cut off")
        if not found.sound:
            raise typer.Exit(ExitCode.UNSOUND)
        return
    if json:
        for entry in app.accounts.record():
            typer.echo(as_line(entry), nl=False)
        return
    rows = [
        (
            one.id,
            one.act.at,
            one.act.who,
            one.act.what,
            one.act.about,
            " → ".join(filter(None, (one.act.before, one.act.after))),
        )
        for one in app.accounts.newest(last)
    ]
    table(("no.", "when", "who", "what", "about", "change"), rows)
