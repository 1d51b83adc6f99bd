"""``api`` and ``keys``: the API told to programs, and who may use it."""

from typing import Annotated

import typer

from digest.cli.deciding import ready
from digest.cli.output import Json, as_json, line, table
from digest.cli.root import Options, cli

keys = typer.Typer(no_args_is_help=True, help="Make, list and revoke keys of the API.")
cli.add_typer(keys, name="keys")

Name = Annotated[str, typer.Argument(help="what the key is for, e.g. crm")]


@cli.command()
def api(ctx: typer.Context) -> None:
    """Print the API as an OpenAPI 3.1 document."""
    options: Options = ctx.obj
    as_json(options.app().api.document())


@keys.command("add")
def add_key(
    ctx: typer.Context,
    name: Name,
    scope: Annotated[list[str], typer.Option(help="read, write or events; may be repeated")],
    json: Json = False,
) -> None:
    """Make a key and show it, this once."""
    app = ready(ctx)
    key = app.api.keys.add(name, scope, app.clock.now())
    if json:
        as_json({"name": name, "scopes": sorted(set(scope)), "key": key})
    else:
        line(key)


@keys.command("list")
def list_keys(ctx: typer.Context, json: Json = False) -> None:
    """List the keys there are, and were; never what they are."""
    found = ready(ctx).api.keys.every()
    if json:
        as_json(found)
        return
    rows = [
        (one.name, " ".join(sorted(one.scopes)), one.created_at, one.revoked_at) for one in found
    ]
    table(("name", "scopes", "made", "revoked"), rows)


@keys.command()
def revoke(ctx: typer.Context, name: Name, json: Json = False) -> None:
    """Let a key open nothing any more, from now on."""
    app = ready(ctx)
    app.api.keys.revoke(name, app.clock.now())
    if json:
        as_json({"name": name, "revoked": True})
    else:
        line(f"the key {name} opens nothing any more")
