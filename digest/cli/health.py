"""``health``: is the process on this machine alive and ready? For containers' health checks."""

from typing import Annotated

import typer

from digest.cli.output import Json, as_json, line
from digest.cli.root import Options, cli
from digest.errors import ExitCode


@cli.command()
def health(
    ctx: typer.Context,
    live: Annotated[
        bool, typer.Option("--live", help="only whether it is alive, not whether it can work")
    ] = False,
    json: Json = False,
) -> None:
    """Ask the process that runs here how it is: at its port for metrics, else at its pages'.

    Ends with 1 where it is not well, or does not answer.
    """
    from digest.config import load
    from digest.watch.asking import ask

    options: Options = ctx.obj
    settings = load(options.config, options.overrides)
    given, web = settings.metrics, settings.web
    host, port = (given.host, given.port) if given.port is not None else (web.host, web.port)
    well, told = ask(host, port, "/livez" if live else "/readyz")
    if json:
        as_json({"well": well, "checks": told.get("checks", {})})
    else:
        line("well" if well else "not well")
        for name, check in told.get("checks", {}).items():
            line(f"{name}: {'ok' if check['ok'] else 'not ok'}, {check['told']}")
    if not well:
        raise typer.Exit(ExitCode.ERROR)
