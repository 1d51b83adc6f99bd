"""``init``, ``migrate`` and ``demo``: from nothing to a first digest."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from digest.cli.output import DryRun, Json, as_json, line, table
from digest.cli.root import Options, cli
from digest.errors import ExitCode


@cli.command()
def init(
    folder: Annotated[Path, typer.Argument(help="where to write config.toml")] = Path(),
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Write a commented config.toml and make the signing keys."""
    from digest import bundled, keys

    target = folder / "config.toml"
    if target.exists():
        line(f"{target} is there already; nothing was changed")
        raise typer.Exit(ExitCode.REFUSED)
    made = [target, folder / ".secrets" / keys.SIGNING, folder / ".secrets" / keys.PEPPER]
    if not dry_run:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(bundled.first_config(), target)
        keys.make(folder / ".secrets")
    if json:
        as_json({"made": made, "dry_run": dry_run})
        return
    for file in made:
        line(f"{'would write' if dry_run else 'wrote'} {file}")
    line("Next: name your sources in config.toml, then `digest run --once`.")


@cli.command()
def migrate(ctx: typer.Context, dry_run: DryRun = False, json: Json = False) -> None:
    """Bring the database to the newest version."""
    options: Options = ctx.obj
    app = options.app()
    steps = app.pending_migrations()
    if not dry_run:
        app.migrate()
    if json:
        as_json({"steps": steps, "dry_run": dry_run})
    elif not steps:
        line("The database is at the newest version.")
    for step in [] if json else steps:
        line(f"{'would run' if dry_run else 'ran'} {step}")


@cli.command()
def demo(ctx: typer.Context, json: Json = False) -> None:
    """Walk the whole line on the bundled sample newsroom, into a folder of files."""
    from digest import bundled
    from digest.demo import run_demo

    options: Options = ctx.obj
    if not options.config.exists():
        shutil.copyfile(bundled.sample_config(), options.config)
    result = run_demo(options.app())
    if json:
        as_json(result)
        return
    line("Gathered")
    table(
        ("source", "stories", "new", "picks", "note"),
        [(one.source, one.stories, one.new, one.picks, one.note) for one in result.gathered],
    )
    for slug, count in result.already_sent.items():
        line(f"  {count} stories older than {slug}’s rhythm count as already sent (first gather)")
    line()
    line("Sent")
    table(
        ("edition", "issue", "stories", "sections", "variants", "messages", "state"),
        [
            (
                one.edition,
                one.issue,
                one.stories,
                one.sections,
                one.variants,
                one.messages,
                one.told,
            )
            for one in result.issues
        ],
    )
    line()
    if not any(one.sent_now for one in result.issues):
        line("Nothing was sent: today’s issues had gone out already. `make fresh` starts over.")
    if result.since:
        line(f"{result.since} stories have come in since; they wait in the next issues.")
    line(f"Look at      {result.outbox}/index.html")
    line("Try next     make serve   shows the next issue, the outbox and the preference page")
    line("             make test    runs the tests;  make help  lists the rest")
