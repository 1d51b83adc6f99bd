"""``doctor``: whether this installation can do its work."""

from textwrap import fill
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import Json, as_json, line
from digest.cli.root import Options, cli
from digest.errors import ConfigError, ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.doctor.finding import Finding

_HEADS = {
    "error": "To be mended now",
    "warning": "To be mended",
    "note": "Good to know",
    "ok": "Well",
}


@cli.command()
def doctor(
    ctx: typer.Context,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="only this check; may be repeated"),
    ] = None,
    offline: Annotated[bool, typer.Option(help="ask nothing of the network")] = False,
    nameserver: Annotated[
        str, typer.Option(metavar="ADDRESS[:PORT]", help="ask this name server, not the system’s")
    ] = "",
    seconds: Annotated[float, typer.Option(min=1, help="for all checks together")] = 20,
    json: Json = False,
) -> None:
    """Look at the machine, the settings, DNS and providers: what is wrong, and what to do.

    Changes nothing and mails nobody. Leaves with 9 if anything is an error.
    """
    from digest import examining
    from digest.doctor.registry import CHECKS
    from digest.doctor.run import examine, unwell

    chosen = list(dict.fromkeys(only or ()))
    if unknown := [name for name in chosen if name not in CHECKS]:
        raise typer.BadParameter(
            f"{unknown[0]!r} is no check; there are {', '.join(CHECKS)}", param_hint="--only"
        )
    options: Options = ctx.obj
    address, port = _server(nameserver)
    try:
        app = options.app()
    except ConfigError as mistakes:
        patient = examining.patient(options.config, mistakes, None, address, port)
    else:
        patient = examining.patient(options.config, app, None, address, port)
    found = examine(patient, chosen, offline=offline, seconds=seconds)
    ill = unwell(found)
    if json:
        as_json({"well": not ill, "findings": found})
    else:
        _say(found)
    if ill:
        raise typer.Exit(ExitCode.UNWELL)


def _server(told: str) -> tuple[str, int]:
    """Address and port of ``192.0.2.1:5353``, ``2001:db8::1`` or ``[2001:db8::1]:53``."""
    from ipaddress import ip_address

    address, _, port = told.rpartition(":")
    if not address or (address.count(":") and not address.startswith("[")):
        address, port = told, "53"
    address = address.strip("[]")
    try:
        if address:
            ip_address(address)
        return address, int(port)
    except ValueError as error:
        raise typer.BadParameter(f"{told!r} is no IP address", param_hint="--nameserver") from error


def _say(found: "Sequence[Finding]") -> None:
    """By severity, the worst first; what was passed over for one reason in one line."""
    for severity, head in _HEADS.items():
        those = [one for one in found if one.severity == severity]
        if those:
            line(head)
        together: dict[tuple[str, str], list[str]] = {}
        for one in those:
            together.setdefault((one.what, one.fix), []).append(one.check)
        for (what, fix), checks in together.items():
            if len(checks) == 1:
                _indented(f"{checks[0]:<17} {what}", 2)
            else:
                _indented(f"{'':<17} {what}: {', '.join(checks)}", 2)
            if fix:
                _indented(fix, 20)
    bad = sum(one.severity == "error" for one in found)
    more = "; docs/doctor.md tells more" if bad else ""
    line(
        f"{bad or 'no'} error{'s' * (bad != 1)} in {len({one.check for one in found})} checks{more}"
    )


def _indented(text: str, indent: int) -> None:
    first, rest = " " * indent, " " * 20
    line(fill(text, 100, initial_indent=first, subsequent_indent=rest, break_long_words=False))
