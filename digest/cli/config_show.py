"""``config show``: the configuration in force."""

from collections.abc import Iterator
from typing import Any

import typer

from digest.cli.output import Json, as_json, line
from digest.cli.root import Options, cli

config = typer.Typer(help="The configuration in force.", no_args_is_help=True)
cli.add_typer(config, name="config")


@config.callback()
def _group() -> None:
    """The configuration in force."""


@config.command()
def show(ctx: typer.Context, json: Json = False) -> None:
    """Print every setting as it is in force, with secrets redacted.

    What editors changed about an edition’s sections for every issue stands below, with who did.
    """
    from sqlalchemy.engine import make_url

    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    told = app.settings.model_dump(mode="json")
    told["database"]["url"] = make_url(app.settings.database.url).render_as_string()
    kept = app.newsroom.desk.kept_sections()
    if json:
        as_json({"settings": told, "kept": kept})
        return
    for name, value in _flat("", told):
        line(f"{name} = {value}")
    for slug, changes in kept.items():
        line(f"# {slug}: editors changed for every issue, in this order")
        for one in changes:
            line(f"#   {one.change}, by {one.who}, {one.at:%Y-%m-%d %H:%M} UTC")


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Dotted name and value of each setting."""
    if isinstance(value, dict) and value:
        for key, one in value.items():
            yield from _flat(f"{name}.{key}" if name else key, one)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for number, one in enumerate(value):
            yield from _flat(f"{name}[{number}]", one)
    else:
        yield name, repr(value)
