"""``pin``: an editor's story in the next issue, at its place, for its section or for everyone."""

from typing import Annotated

import typer

from digest.cli.output import DryRun, Json, as_json, line
from digest.cli.root import Options, cli
from digest.ids import StoryId


@cli.command()
def pin(
    ctx: typer.Context,
    story: Annotated[int, typer.Argument(help="the story’s number, see `digest show`")],
    *,
    edition: Annotated[str | None, typer.Option(help="the edition’s slug; all if left out")] = None,
    section: Annotated[
        str, typer.Option(help="the section’s slug; that of the picks if left out")
    ] = "",
    place: Annotated[int, typer.Option(min=1, help="its place there, from 1")] = 1,
    everyone: Annotated[
        bool, typer.Option("--everyone", help="every reader gets it, whatever they chose")
    ] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="leave the story to the rules again")
    ] = False,
    by: Annotated[str, typer.Option(help="who decides")] = "operator",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Place a story in the next issue of an edition; the rest fills in around it.

    An issue that is approved is approved no more; one that is locked stands still: that is refused.
    """
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    room, key = app.newsroom, StoryId(story)
    slugs = room.slugs(edition)
    if undo:
        issues = [] if dry_run else [room.unpin(slug, key, by) for slug in slugs]
        if json:
            as_json(issues)
        for slug in [] if json else slugs:
            line(f"{slug}: story {story} {'would be' if dry_run else 'is'} left to the rules")
        return
    slots = {slug: room.pin_plan(slug, key, section, place, everyone=everyone) for slug in slugs}
    issues = [] if dry_run else [room.pin(slug, slot, by) for slug, slot in slots.items()]
    if json:
        as_json({"slots": slots, "issues": issues})
        return
    for slug, slot in slots.items():
        told = f"{slot.section} {slot.position + 1}, {slot.reason}"
        line(f"{slug}: story {story} {'would stand' if dry_run else 'stands'} in {told}")
