"""``fold``: which stories are one copy, or tell of one event; and what an editor says about it."""

from pathlib import Path
from typing import Annotated

import typer

from digest.cli.output import line
from digest.cli.root import Options, cli
from digest.errors import ExitCode
from digest.ids import StoryId


@cli.command()
def fold(
    ctx: typer.Context,
    jsonl: Annotated[
        Path | None, typer.Option(help="group rows of id, title, body, time; - for standard input")
    ] = None,
    join: Annotated[
        tuple[int, int] | None,
        typer.Option(metavar="STORY STORY", help="two stories are of one event"),
    ] = None,
    split: Annotated[
        tuple[int, int] | None,
        typer.Option(metavar="STORY STORY", help="two stories are of different events"),
    ] = None,
    forget: Annotated[
        tuple[int, int] | None,
        typer.Option(metavar="STORY STORY", help="the rules decide about the two again"),
    ] = None,
    by: Annotated[str, typer.Option(metavar="NAME", help="who decides")] = "command line",
) -> None:
    """Group stories: one copy, shown as one (fold), or of one event (offered as related)."""
    if sum(given is not None for given in (jsonl, join, split, forget)) != 1:
        raise typer.BadParameter("give one of --jsonl, --join, --split or --forget")
    if jsonl is not None:
        from digest.cli.fold_rows import group

        if group(jsonl):
            raise typer.Exit(ExitCode.PARTIAL)
        return
    from digest.steps import events as step
    from digest.store.events import Decision

    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    if forget is not None:
        step.forget(app.parts, StoryId(forget[0]), StoryId(forget[1]))
        line(f"the rules decide about {forget[0]} and {forget[1]}")
        return
    decision = Decision.JOIN if join is not None else Decision.SPLIT
    one, other = join or split or (0, 0)
    step.decide(app.parts, StoryId(one), StoryId(other), decision, by)
    told = "are of one event" if join is not None else "are of different events"
    line(f"{one} and {other} {told}, says {by}")
