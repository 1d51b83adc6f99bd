"""``replay``: a sent issue made again, and compared."""

import typer

from digest.cli.line import IssueNumber
from digest.cli.output import Json, as_json, line
from digest.cli.root import Options, cli
from digest.errors import ExitCode
from digest.model import IssueId


@cli.command()
def replay(ctx: typer.Context, issue: IssueNumber, json: Json = False) -> None:
    """Make an issue that went again of what is stored, and compare it byte for byte.

    Changes nothing and mails nobody. Exit code 8 if anything differs.
    """
    from digest.steps.replay import replay as again

    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    made = again(app.parts, app.newsroom.issue(IssueId(issue)))
    if json:
        as_json(made)
    for link in [] if json else made.links:
        line(f"{link.name}: {link.same} the same, {len(link.differ)} differ")
        for one in (*link.differ, *link.unknown):
            line(f"  {one}")
    for one in [] if json else made.why:
        line(f"because {one}")
    if made.differs:
        raise typer.Exit(ExitCode.UNSOUND)
