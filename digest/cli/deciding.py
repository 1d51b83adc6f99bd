"""What the commands share by which somebody decides: who, why, and the newsroom itself."""

from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.root import Options

if TYPE_CHECKING:
    from digest.app import App

By = Annotated[str, typer.Option(metavar="NAME", help="who decides")]
Reason = Annotated[str, typer.Option(help="why, for whoever looks at it later")]


def ready(ctx: typer.Context) -> "App":
    """The newsroom, its tables brought up to date."""
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    return app
