"""``events`` and ``bounces``: what was heard of mail that was sent."""

from typing import Annotated

import typer

from digest.cli.output import Json, as_json, line, table
from digest.cli.root import Options, cli
from digest.errors import ExitCode, WrongStateError
from digest.ids import IssueId


@cli.command()
def events(
    ctx: typer.Context,
    issue: Annotated[int, typer.Argument(help="the issue’s number, see `digest issues`")],
    last: Annotated[int, typer.Option(help="how many of the last ones to list")] = 20,
    json: Json = False,
) -> None:
    """Tell what was heard of an issue: delivered, bounced, complained of, left."""
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    room = app.newsroom
    number = IssueId(issue)
    told = room.heard(number, last)
    if json:
        as_json(told)
        return
    found = room.issue(number)
    line(f"{found.edition} {found.local_date}, issue {found.id}: {found.state} {found.reason}")
    table(("event", "readers"), [(kind, count) for kind, count in told.readers.items()])
    if told.last:
        line()
        table(
            ("at", "event", "reader", "code", "told by"),
            [(one.at, one.kind, one.subscriber, one.code, one.source) for one in told.last],
        )


@cli.command()
def bounces(
    ctx: typer.Context,
    once: Annotated[
        bool, typer.Option("--once", help="look once and exit, which is what it does anyway")
    ] = False,
    json: Json = False,
) -> None:
    """Read the mailbox for bounces now, and list what a person should look at."""
    del once
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    returns = app.listening.returns
    if returns is None:
        raise WrongStateError("there is no mailbox for bounces", hint="set [bounces] kind")
    found = returns.collect()
    if json:
        as_json({"mails": found.mails, "kept": found.kept})
    else:
        table(("mail", "count"), sorted(found.mails.items()))
        for name in found.kept:
            line(f"  not understood, kept: {name}")
    if found.kept:
        raise typer.Exit(ExitCode.PARTIAL)
