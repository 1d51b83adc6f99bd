"""``extra``: an issue outside the schedule, for readers who want such."""

from dataclasses import asdict
from typing import Annotated

import typer

from digest.cli.output import DryRun, Json, as_json, line
from digest.cli.root import Options, cli, instant
from digest.errors import NotFoundError


@cli.command()
def extra(
    ctx: typer.Context,
    edition: Annotated[str, typer.Argument(help="the edition’s slug")],
    *,
    segment: Annotated[
        list[str] | None, typer.Option(help="only readers in it; may be repeated")
    ] = None,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="when; now if left out")] = None,
    reason: Annotated[str, typer.Option(help="why, for whoever looks at the issue")] = "",
    by: Annotated[str, typer.Option(help="who wants it")] = "operator",
    despite_quiet: Annotated[
        bool, typer.Option("--despite-quiet", help="at once, though readers may be asleep")
    ] = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Open an issue outside the schedule: only for readers who ticked breaking news, at once."""
    from digest.store.extras import Wish

    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    if unknown := sorted(set(segment or ()) - app.people.segments.keys()):
        known = ", ".join(app.people.segments)
        raise NotFoundError(f"there is no segment {unknown[0]!r}", hint=f"known: {known}")
    when = instant(at, "--at") if at else None
    wish = Wish(segments=segment or (), despite_quiet=despite_quiet)
    made = app.newsroom.open_extra(edition, when, by, reason=reason, wish=wish, keep=not dry_run)
    told = app.newsroom.extra_forecast(made, wish)
    asleep = {until: readers for until, readers in told.by_due.items() if until is not None}
    if json:
        waits = [{"until": until, "readers": asleep[until]} for until in sorted(asleep)]
        as_json({**asdict(made), "readers": told.readers, "waits": waits})
        return
    if dry_run:
        line(f"would open an issue of {edition} for {app.newsroom.when(made)}")
    else:
        line(f"issue {made.id} of {edition}, due {app.newsroom.when(made)}: `digest run` sends it")
        line(f"  `digest send --issue {made.id}` sends it now, `digest stop {made.id}` does not")
    line(f"  {told.readers} readers, {sum(asleep.values())} of them in their quiet hours")
    for until in sorted(asleep):
        line(f"  {asleep[until]} get it when those end, {until:%Y-%m-%d %H:%M} UTC")
