"""``edition pause`` and ``edition resume``, and ``next``: what goes out on which day."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.deciding import By, ready
from digest.cli.line import EditionName
from digest.cli.output import DryRun, Json, as_json, line, table
from digest.cli.root import cli

if TYPE_CHECKING:
    from digest.steps.calendar import Day, Entry

edition = typer.Typer(help="Pause an edition, and resume it.", no_args_is_help=True)
cli.add_typer(edition, name="edition")
Slug = Annotated[str, typer.Argument(help="the edition’s slug")]


@edition.command()
def pause(
    ctx: typer.Context,
    slug: Slug,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="the day on which it goes out again"),
    ] = None,
    by: By = "operator",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Let no issue of an edition go out until a day, or until it is resumed."""
    from digest.steps import edition_pause

    app = ready(ctx)
    found, day = app.parts.edition(slug), until.date() if until else None
    skipped = [] if dry_run else edition_pause.pause(app.parts, found, day, by)
    if json:
        as_json({"edition": slug, "until": day, "skipped": [one.id for one in skipped]})
        return
    told = f"until {day}" if day else f"until `digest edition resume {slug}`"
    line(f"{slug} {'would be' if dry_run else 'is'} paused {told}")
    for one in skipped:
        line(f"  issue {one.id} of {one.local_date}, which somebody worked on, is skipped")


@edition.command()
def resume(
    ctx: typer.Context,
    slug: Slug,
    by: By = "operator",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Let an edition go out again, from its next day on; what passed by does not come after all."""
    from digest.steps import edition_pause
    from digest.steps.coming import first_coming
    from digest.store.engine import reading

    app = ready(ctx)
    found = app.parts.edition(slug)
    if not dry_run:
        edition_pause.resume(app.parts, found, by)
    with reading(app.engine) as connection:
        following = first_coming(connection, found, app.clock.now())
    day = following.local_date if following else None
    if json:
        as_json({"edition": slug, "next": day})
    else:
        line(f"{slug} goes out again{f', next on {day}' if day else ''}")


@cli.command(name="next")
def next_(ctx: typer.Context, slug: EditionName = None, json: Json = False) -> None:
    """What goes out in the next two weeks, and why what does not."""
    from digest.steps.calendar import calendar

    app = ready(ctx)
    wanted = [app.parts.edition(one) for one in app.newsroom.slugs(slug)]
    days = calendar(app.parts, wanted)
    rows = [row for one in days for row in _rows(one)]
    if json:
        keys = ("date", "edition", "at", "state", "note")
        as_json([dict(zip(keys, row, strict=True)) for row in rows])
    else:
        shown = [
            (day, name, at and f"{at:%H:%M} UTC", state, note)
            for day, name, at, state, note in rows
        ]
        table(("date", "edition", "at", "state", "note"), shown)


Row = tuple[date, str, datetime | None, str, str]


def _rows(day: "Day") -> list[Row]:
    told = [_entry(one) for one in day.entries]
    for name, shut in day.closed:
        moved = f", goes on {shut.moved_to}" if shut.moved_to else ""
        told.append((day.day, name, None, "holiday", f"{shut.name}{moved}"))
    return told


def _entry(one: "Entry") -> Row:
    state = one.issue.state.value if one.issue else "to come"
    notes = [one.holiday, one.issue.reason if one.issue else ""]
    if one.off:
        state, notes = "left out", [f"by {one.off.who}"]
    elif one.paused:
        state, notes = "paused", [f"by {one.paused.who}"]
    elif one.edition.reader_local:
        notes.append(f"first wave; each reader at {one.edition.time} of their own clock")
    return one.local_date, one.edition.slug, one.at, state, "; ".join(filter(None, notes))
