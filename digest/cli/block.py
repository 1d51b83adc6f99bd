"""``block``: words of the newsroom or of a sponsor between an issue's sections."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.acts import Revision, act
from digest.cli.deciding import By
from digest.cli.line import IssueNumber
from digest.cli.output import DryRun, Json
from digest.cli.root import Options, cli
from digest.errors import NotFoundError
from digest.ids import IssueId

if TYPE_CHECKING:
    from digest.desk.actions import Action
    from digest.model import Block

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]


@cli.command()
def block(
    ctx: typer.Context,
    issue: IssueNumber,
    *,
    number: Annotated[int | None, typer.Option(help="change this one; left out: a new one")] = None,
    sponsor: Annotated[bool, typer.Option("--sponsor", help="somebody pays for it")] = False,
    label: Annotated[str | None, typer.Option(help="who pays: “Sponsored by …”")] = None,
    title: str | None = None,
    text: Annotated[str | None, typer.Option(help="blank lines part paragraphs")] = None,
    url: str | None = None,
    picture: Annotated[str | None, typer.Option(metavar="URL")] = None,
    alt: Annotated[str | None, typer.Option(help="what the picture shows")] = None,
    after: Annotated[
        str | None, typer.Option(help="the section it follows; left out: before the first")
    ] = None,
    segment: Annotated[list[str] | None, typer.Option(help="only for these readers")] = None,
    first: Day = None,
    last: Day = None,
    remove: Annotated[bool, typer.Option("--remove", help="take it out")] = False,
    revision: Revision = None,
    by: By = "operator",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Put a block into an issue, change it or take it out."""
    from digest.desk.actions import AddBlock, ChangeBlock, RemoveBlock
    from digest.model import Block, BlockKind

    if remove and number is None:
        raise typer.BadParameter("--remove wants --number")
    told: dict[str, object] = {
        "kind": BlockKind.SPONSOR if sponsor else None,
        "label": label,
        "title": title,
        "text": text,
        "url": url,
        "image": picture,
        "alt": alt,
        "after": after,
        "segments": frozenset(segment) if segment else None,
        "first": first.date() if first else None,
        "last": last.date() if last else None,
    }
    given = {name: value for name, value in told.items() if value is not None}
    action: Action
    if number is None:
        action = AddBlock(replace(Block(id=0, kind=BlockKind.TEXT), **given))  # type: ignore[arg-type]  # by name
    elif remove:
        action = RemoveBlock(number)
    else:
        action = ChangeBlock(replace(_block(ctx, issue, number), **given))  # type: ignore[arg-type]  # by name
    act(ctx, issue, action, revision=revision, by=by, dry_run=dry_run, json=json)


def _block(ctx: typer.Context, issue: int, number: int) -> "Block":
    options: Options = ctx.obj
    _, draft = options.app().newsroom.desk.look(IssueId(issue))
    for one in draft.hand.blocks:
        if one.id == number:
            return one
    raise NotFoundError(f"the issue has no block {number}", issue=issue)
