"""``dkim``: keys for signing mail, and what DNS must say of them."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import DryRun, Json, as_json, line
from digest.cli.root import Options, cli
from digest.errors import DigestError, WrongStateError

if TYPE_CHECKING:
    from digest.config import Settings

dkim = typer.Typer(help="Keys for signing mail, and what DNS must say of them.")
cli.add_typer(dkim, name="dkim", no_args_is_help=True)

Selector = Annotated[str, typer.Argument(help="the key's name in DNS, e.g. news2026")]
Domain = Annotated[str, typer.Option(help="the domain that signs; the sender's if left out")]


@dkim.command()
def make(
    ctx: typer.Context,
    selector: Selector,
    domain: Domain = "",
    ed25519: Annotated[
        bool, typer.Option("--ed25519", help="a short modern key, beside one of RSA")
    ] = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Make a private key among the secrets; print its DNS record and the lines for config.toml."""
    from digest.deliver.dkim import make as make_key

    settings = _settings(ctx)
    file = _file(settings, selector)
    if file.exists():
        raise WrongStateError(f"{file} is there already; `digest dkim record` prints its record")
    pem = make_key(ed25519=ed25519)
    if not dry_run:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600)
        file.write_text(pem, encoding="ascii")
    _tell(settings, selector, domain, pem, made=None if dry_run else file, json=json)


@dkim.command()
def record(ctx: typer.Context, selector: Selector, domain: Domain = "", json: Json = False) -> None:
    """Print the DNS record of a key made before."""
    settings = _settings(ctx)
    file = _file(settings, selector)
    if not file.exists():
        raise DigestError(f"there is no {file}", hint=f"`digest dkim make {selector}` makes it")
    _tell(settings, selector, domain, file.read_text("ascii"), made=None, json=json)


def _settings(ctx: typer.Context) -> "Settings":
    options: Options = ctx.obj
    return options.app().settings


def _file(settings: "Settings", selector: str) -> Path:
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", selector):
        raise typer.BadParameter("lower-case letters, digits and single hyphens, like news2026")
    return settings.secrets / f"sending__smtp__dkim_keys__{selector}"


def _tell(
    settings: "Settings", selector: str, domain: str, pem: str, *, made: Path | None, json: bool
) -> None:
    from digest.deliver.dkim import record as record_of
    from digest.render.addresses import split_mailbox

    domain = domain or split_mailbox(settings.sending.from_)[1].rpartition("@")[2]
    if not domain:
        raise typer.BadParameter("sending.from is not set: name the --domain")
    name, text = f"{selector}._domainkey.{domain}", record_of(pem)
    if json:
        as_json({"file": made, "name": name, "type": "TXT", "value": text})
        return
    if made:
        line(f"wrote {made}")
    line("Put this into the domain's DNS:\n")
    # A string in DNS holds 255 bytes at most; several count as one.
    strings = " ".join(f'"{text[at : at + 250]}"' for at in range(0, len(text), 250))
    line(f"{name}. IN TXT ( {strings} )\n")
    line("Once it is there, put this into config.toml:\n")
    line(f'[[sending.smtp.dkim]]\nselector = "{selector}"\ndomain = "{domain}"')
