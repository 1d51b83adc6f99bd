"""``subscribers suppressions`` and ``suppress-domain``: who is never mailed, and why."""

from typing import Annotated

import typer

from digest.cli.output import DryRun, Json, as_json, line, table
from digest.cli.root import Options
from digest.cli.subscribers import people


@people.command()
def suppressions(ctx: typer.Context, json: Json = False) -> None:
    """Count the addresses that are never mailed, by reason; list such domains.

    Only a person's own confirmed act takes a promise back: there is no command for it.
    """
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    counts, domains = app.rights.people.suppressions()
    if json:
        as_json({"addresses": counts, "domains": domains})
        return
    table(
        ("reason", "edition", "addresses"),
        [(one.reason, one.scope or "all", one.addresses) for one in counts],
    )
    if domains:
        line()
        table(("domain", "reason", "since"), [(one.domain, one.reason, one.at) for one in domains])


@people.command("suppress-domain")
def suppress_domain(
    ctx: typer.Context,
    domain: Annotated[str, typer.Argument(help="the part of addresses after the @")],
    reason: Annotated[str, typer.Option(help="why, e.g. 'asked by its owner'")],
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Promise never to mail any address of a domain; its subdomains are others."""
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    name = domain if dry_run else app.rights.suppress_domain(domain, reason)
    if json:
        as_json({"domain": name, "reason": reason, "dry_run": dry_run})
    else:
        line(f"{name} {'would get' if dry_run else 'gets'} no more mail: {reason}")
