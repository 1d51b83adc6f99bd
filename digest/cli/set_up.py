"""``init``, ``migrate`` and ``demo``: from nothing to a first digest."""

import shutil
import sys
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from digest.cli.output import DryRun, Json, as_json, line, table
from digest.cli.root import Options, cli
from digest.errors import ExitCode

if TYPE_CHECKING:
    from digest.sources.guard import Network


@cli.command()
def init(
    ctx: typer.Context,
    site: Annotated[
        str,
        typer.Argument(metavar="[URL]", help="your site: it is looked at and a config proposed"),
    ] = "",
    folder: Annotated[Path | None, typer.Argument(help="where to write config.toml")] = None,
    allow_private: Annotated[
        list[str] | None,
        typer.Option(metavar="CIDR", help="a network of your own that the site may live in"),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="write without asking")] = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Write a commented config.toml and make the signing keys; with a URL, fitted to the site."""
    if urlsplit(site).scheme in {"http", "https"}:
        _init_from(ctx.obj, site, folder or Path(), _networks(allow_private), yes, dry_run, json)
        return
    if site and folder is not None:
        raise typer.BadParameter(f"{site!r} does not begin with http:// or https://")
    from digest import bundled

    where = Path(site) if site else Path()
    _refuse_where_it_is(where)
    made = _made(where)
    if not dry_run:
        _write(where, bundled.first_config().read_text("utf-8"))
    if json:
        as_json({"made": made, "dry_run": dry_run})
        return
    for file in made:
        line(f"{'would write' if dry_run else 'wrote'} {file}")
    line("Next: name your sources in config.toml, then `digest run --once`.")


def _init_from(
    options: Options,
    url: str,
    folder: Path,
    networks: "tuple[Network, ...]",
    yes: bool,
    dry_run: bool,
    json: bool,
) -> None:
    """Look, propose, show the issue; write if told to, ask on a terminal, else print the text."""
    from digest.cli import first_look
    from digest.clock import SetClock, SystemClock
    from digest.survey.build import survey
    from digest.trial import try_out

    asks = not (yes or dry_run or json) and sys.stdin.isatty() and sys.stdout.isatty()
    writes = yes and not dry_run
    if writes or asks:
        _refuse_where_it_is(folder)
    clock = SystemClock() if options.now is None else SetClock(options.now)
    proposal = survey(url, networks, clock.now())
    trial = try_out(proposal.text, options.overrides, clock)
    if json:
        told = {"survey": proposal.survey, "config": proposal.text, "issues": trial.issues}
        as_json({"made": _made(folder) if writes else [], **told})
    elif not writes:
        sys.stdout.write(proposal.text)
    # where the proposal is piped into a file, what is told about it stays out of that file
    tell = line if (writes or asks) and not json else _aside
    for text in (*first_look.seen(proposal), "", *first_look.issue(trial)):
        tell(text)
    if asks:
        writes = typer.confirm(f"\nWrite {folder / 'config.toml'} and the signing keys?")
    if not writes:
        tell("Nothing was written; --yes writes it.")
        return
    _write(folder, proposal.text)
    for file in _made(folder):
        tell(f"wrote {file}")
    tell("Next: read config.toml through, then `digest run --once`.")


def _aside(text: str) -> None:
    sys.stderr.write(text + "\n")


def _networks(given: list[str] | None) -> "tuple[Network, ...]":
    try:
        return tuple(ip_network(one, strict=False) for one in given or ())
    except ValueError as error:
        raise typer.BadParameter(f"{error}; use a form like 10.1.0.0/16") from error


def _refuse_where_it_is(folder: Path) -> None:
    if (folder / "config.toml").exists():
        line(f"{folder / 'config.toml'} is there already; nothing was changed")
        raise typer.Exit(ExitCode.REFUSED)


def _made(folder: Path) -> list[Path]:
    from digest import keys

    secrets = folder / ".secrets"
    return [folder / "config.toml", secrets / keys.SIGNING, secrets / keys.PEPPER]


def _write(folder: Path, config: str) -> None:
    from digest import keys

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(config, encoding="utf-8")
    keys.make(folder / ".secrets")


@cli.command()
def migrate(
    ctx: typer.Context,
    no_backup: Annotated[
        bool, typer.Option("--no-backup", help="change it without making a backup first")
    ] = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Bring the database to the newest version; a backup is made before.

    --dry-run runs the SQL in a transaction that is taken back, and shows it.
    """
    options: Options = ctx.obj
    app = options.app()
    steps = app.pending_migrations()
    words = app.keeper.rehearse() if dry_run else []
    if not dry_run:
        app.migrate(backup=not no_backup)
    if json:
        as_json({"steps": steps, "dry_run": dry_run, **({"sql": words} if dry_run else {})})
    elif not steps:
        line("The database is at the newest version.")
    for step in [] if json else steps:
        line(f"{'would run' if dry_run else 'ran'} {step}")
    for word in [] if json else words:
        line(f"{word.strip()};")


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
