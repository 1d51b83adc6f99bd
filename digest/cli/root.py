"""The command line's root: options for every command, and errors turned into exit codes."""

import errno
import signal
import sys
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.errors import ConfigError, DigestError, ExitCode, UnsoundError, WrongStateError

if TYPE_CHECKING:
    from digest.app import App

cli = typer.Typer(
    name="digest",
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

    def app(self) -> "App":
        """The newsroom's digest. Raises ConfigError with every mistake at once."""
        from digest.app import App
        from digest.clock import SetClock, SystemClock
        from digest.config import load

        clock = SystemClock() if self.now is None else SetClock(self.now)
        return App(load(self.config, self.overrides), clock)


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
    from digest.logs import configure

    configure(verbose=verbose or ctx.invoked_subcommand in DAEMONS)
    overrides = {}
    for one in set_ or ():
        key, equals, value = one.partition("=")
        if not equals:
            raise typer.BadParameter(f"{one!r} is not KEY=VALUE", param_hint="--set")
        overrides[key.strip()] = value.strip()
    ctx.obj = Options(config, overrides, instant(now, "--now") if now else None)


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
    from digest.cli import (  # noqa: F401 - they register
        add,
        adopt,
        after,
        api,
        audit,
        backup,
        block,
        chaos,
        check,
        classify,
        config_show,
        control,
        dkim,
        doubtful,
        duplicates,
        edit,
        extra,
        fsck,
        heard,
        history,
        line,
        look,
        move,
        parse,
        people,
        people_data,
        pin,
        preview,
        repermit,
        replay,
        report,
        retention,
        routes,
        running,
        section,
        segments,
        set_up,
        sources,
        subscribers,
        suppressions,
        tasks,
    )

    # As Ctrl-C: what is at work is released cleanly.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        cli()
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(ExitCode.CONFIG)
    except WrongStateError as error:
        sys.stderr.write(f"refused: {error}\n")
        sys.exit(ExitCode.REFUSED)
    except UnsoundError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(ExitCode.UNSOUND)
    except DigestError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(ExitCode.ERROR)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        told = _of_the_machine(error)
        if told is None:
            raise
        sys.stderr.write(f"error: {told}\n")
        sys.exit(ExitCode.ERROR)


def _of_the_machine(error: Exception) -> str | None:
    """What a person should read of an error that is no fault of the program's; None: it is one."""
    from sqlalchemy.exc import OperationalError

    from digest.app import SubscribersError

    if isinstance(error, SubscribersError):
        return str(error)
    again = "Nothing was lost: mend it and run this again"
    if isinstance(error, OperationalError):
        # Its first line: what follows is the statement.
        return f"the database cannot be used: {str(error.orig).splitlines()[0]}. {again}"
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EIO}:
        return f"{error.strerror}: {error.filename or 'a file of ours'}. {again}"
    return None
