"""The command line's root: options for every command, and errors turned into exit codes."""

import atexit
import errno
import gc
import signal
import sys
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.commands import Commands
from digest.errors import ConfigError, DigestError, ExitCode, WrongStateError
from digest.when_imported import when_imported

if TYPE_CHECKING:
    from digest.app import App
    from digest.logs import Form, Level

cli = typer.Typer(
    name="digest",
    cls=Commands,
    help="Gather stories, compose them by region and topic, send them to subscribers.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)


#: commands that run for days, and log what happens
DAEMONS = frozenset({"run", "serve", "schedule", "worker"})


@dataclass(frozen=True, slots=True)
class Options:
    """What stands before the command."""

    config: Path = Path("config.toml")
    overrides: dict[str, str] = field(default_factory=dict)
    now: datetime | None = None
    #: whether what happens is logged, not only what is wrong
    verbose: bool = False
    #: the command, where it is one that runs for days
    job: str = ""

    def app(self) -> "App":
        """The newsroom's digest. Raises ConfigError with every mistake at once."""
        from digest.app import App
        from digest.clock import SetClock, SystemClock
        from digest.config import load

        clock = SystemClock() if self.now is None else SetClock(self.now)
        settings = load(self.config, self.overrides)
        app = App(settings, clock)
        # SQLite then leaves one file, that may be copied.
        atexit.register(app.close)
        if self.job:
            app.watching.job = self.job
            app.watching.log(verbose=self.verbose)
        else:
            told = settings.logs
            log = partial(_log, verbose=self.verbose, level=told.level, form=told.format)
            when_imported("structlog", log)
        return app


@cli.callback()
def options(
    ctx: typer.Context,
    config: Annotated[Path, typer.Option(help="the configuration file")] = Path("config.toml"),
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="overrides one setting, e.g. web.port=8080"
        ),
    ] = None,
    now: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="pretend it is this time, e.g. 2026-11-24T06:00+00:00"),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="log what happens")] = False,
) -> None:
    """Options that every command takes."""
    job = ctx.invoked_subcommand if ctx.invoked_subcommand in DAEMONS else None
    # Until config.toml is read, and says how.
    when_imported("structlog", partial(_log, verbose=verbose or job is not None))
    overrides = {}
    for one in set_ or ():
        key, equals, value = one.partition("=")
        if not equals:
            raise typer.BadParameter(f"{one!r} is not KEY=VALUE", param_hint="--set")
        overrides[key.strip()] = value.strip()
    at = instant(now, "--now") if now else None
    ctx.obj = Options(config, overrides, at, verbose or job is not None, job or "")


def _log(*, verbose: bool, level: "Level" = "info", form: "Form" = "auto") -> None:
    from digest.logs import configure

    configure(verbose=verbose, level=level, form=form)


def instant(text: str, option: str) -> datetime:
    """The time that an option gives. Raises BadParameter."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no ISO 8601 time", param_hint=option) from error
    if at.tzinfo is None:
        raise typer.BadParameter(f"{text!r} needs a zone, like +00:00", param_hint=option)
    return at


def run() -> None:
    """Run the command line and leave with its exit code."""
    # Imports make no garbage, and what a command leaves goes with its process: to look for it takes
    # a quarter of a short command's time.
    gc.set_threshold(50_000)
    atexit.register(gc.freeze)
    # As Ctrl-C: what is at work is released cleanly.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        cli()
    except (ConfigError, DigestError) as error:
        sys.stderr.write(f"{_told(error)}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        told = _of_the_machine(error)
        if told is None:
            raise
        sys.stderr.write(f"error: {told}\n")
        sys.exit(ExitCode.ERROR)


def _told(error: ConfigError | DigestError) -> str:
    if isinstance(error, ConfigError):
        return str(error)
    return f"{'refused' if isinstance(error, WrongStateError) else 'error'}: {error}"


def _of_the_machine(error: Exception) -> str | None:
    """What a person should read of an error that is no fault of the program's; None: it is one."""
    from sqlalchemy.exc import OperationalError

    from digest.door import SubscribersError

    if isinstance(error, SubscribersError):
        return str(error)
    again = "Nothing was lost: mend it and run this again"
    if isinstance(error, OperationalError):
        # Its first line: what follows is the statement.
        return f"the database cannot be used: {str(error.orig).splitlines()[0]}. {again}"
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EIO}:
        return f"{error.strerror}: {error.filename or 'a file of ours'}. {again}"
    return None
