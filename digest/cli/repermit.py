"""``subscribers repermit``: ask again, where a person's yes is old."""

import re
from datetime import datetime, timedelta
from typing import Annotated

import typer

from digest.cli.output import DryRun, Json, as_json, line
from digest.cli.root import Options
from digest.cli.subscribers import people

_AGE = re.compile(r"([1-9][0-9]{0,3})([dmy])")


@people.command()
def repermit(
    ctx: typer.Context,
    older_than: Annotated[str, typer.Option(help="age of their last yes: 24m, 2y or 700d")],
    edition: Annotated[str, typer.Option(help="only this edition; all if left out")] = "",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Write to people whose consent is old; who does not answer in 60 days gets no more mail."""
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    if edition:
        app.parts.edition(edition)
    now = app.clock.now()
    asked = app.joined.permission.ask_again(
        before(older_than, now), now, edition=edition, dry_run=dry_run
    )
    if json:
        as_json({"people": asked, "dry_run": dry_run})
    else:
        line(f"{asked} people {'would be' if dry_run else 'are'} asked whether they go on")


def before(age: str, now: datetime) -> datetime:
    """The instant so long ago; months and years by the calendar. Raises BadParameter."""
    found = _AGE.fullmatch(age)
    if found is None:
        raise typer.BadParameter(
            f"{age!r} is no age like 24m, 2y or 700d", param_hint="--older-than"
        )
    number = int(found[1])
    if found[2] == "d":
        return now - timedelta(days=number)
    months = now.year * 12 + now.month - 1 - number * (12 if found[2] == "y" else 1)
    # the 28th is in every month
    year, month = divmod(months, 12)
    try:
        return now.replace(year=year, month=month + 1, day=min(now.day, 28))
    except ValueError as error:
        raise typer.BadParameter(f"{age!r} is too long", param_hint="--older-than") from error
