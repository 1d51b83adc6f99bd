"""``section``: how an issue shows its sections, and what is kept for every issue."""

from dataclasses import replace
from typing import Annotated

import typer

from digest.cli.acts import Revision, act
from digest.cli.deciding import By
from digest.cli.line import IssueNumber
from digest.cli.output import DryRun, Json, line
from digest.cli.root import Options, cli
from digest.ids import IssueId


@cli.command()
def section(
    ctx: typer.Context,
    issue: IssueNumber,
    slug: Annotated[str | None, typer.Argument(help="the section’s slug")] = None,
    *,
    hide: Annotated[bool | None, typer.Option("--hide/--show", help="leave it out")] = None,
    minimum: Annotated[int | None, typer.Option(min=1)] = None,
    maximum: Annotated[int | None, typer.Option(min=1)] = None,
    title: str | None = None,
    reset: Annotated[bool, typer.Option("--reset", help="as the edition has it")] = False,
    order: Annotated[
        str | None, typer.Option(metavar="SLUG,SLUG,…", help="all sections in this order")
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="and let every issue to come show them so")
    ] = False,
    revision: Revision = None,
    by: By = "operator",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Hide, rename, resize or reorder sections of an issue."""
    from digest.desk.actions import ChangeSection, OrderSections
    from digest.model import SectionChange

    options: Options = ctx.obj
    desk = options.app().newsroom.desk
    if (slug is None) == (order is None) and not keep:
        raise typer.BadParameter("give a section, or --order, or --keep alone")
    if order is not None:
        slugs = tuple(one.strip() for one in order.split(","))
        told: OrderSections | ChangeSection | None = OrderSections(slugs)
    elif slug is not None:
        _, draft = desk.look(IssueId(issue))
        had = next((one for one in draft.hand.sections if one.slug == slug), None)
        change = SectionChange(slug=slug) if reset or had is None else had
        told = ChangeSection(
            replace(
                change,
                hidden=change.hidden if hide is None else hide,
                minimum=change.minimum if minimum is None else minimum,
                maximum=change.maximum if maximum is None else maximum,
                title=change.title if title is None else title,
            )
        )
    else:
        told = None
    if told is not None:
        act(ctx, issue, told, revision=revision, by=by, dry_run=dry_run, json=json)
    if keep and not dry_run:
        kept = desk.keep_sections(IssueId(issue), by)
        if not json:
            line(f"kept for every issue: {', '.join(one.slug for one in kept) or 'nothing'}")
