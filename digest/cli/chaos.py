"""``chaos``: the proof that nobody is lost or mailed twice, on this machine."""

from typing import Annotated

import typer

from digest.cli.output import Json, as_json, line
from digest.cli.root import cli
from digest.errors import ExitCode


@cli.command()
def chaos(
    *,
    kills: Annotated[int, typer.Option(min=0, help="so often a sender is killed")] = 20,
    seed: Annotated[int, typer.Option(help="what chance follows from")] = 1,
    transport: Annotated[str, typer.Option(help="outbox, smtp or sendgrid")] = "outbox",
    database: Annotated[
        str | None, typer.Option(metavar="URL", help="a PostgreSQL server; SQLite if left out")
    ] = None,
    policy: Annotated[
        str, typer.Option(help="hold, or resend, which must show duplicates")
    ] = "hold",
    readers: Annotated[int, typer.Option(min=1, help="readers in each round")] = 400,
    faults: Annotated[
        float, typer.Option(min=0, max=0.5, help="the share of hand-overs that meet a fault")
    ] = 0.02,
    events: Annotated[
        bool, typer.Option(help="the server tells what it took by events; sendgrid only")
    ] = False,
    seconds: Annotated[float, typer.Option(min=0, help="begin no round after that")] = 0,
    json: Json = False,
) -> None:
    """Kill senders at random against servers of its own, and count what became of each reader.

    Nothing leaves this machine, and no newsroom is touched.
    """
    from digest.chaos.run import Proof, prove
    from digest.model import Decision

    if transport not in {"outbox", "smtp", "sendgrid"}:
        raise typer.BadParameter("is outbox, smtp or sendgrid", param_hint="--transport")
    if policy not in {Decision.HOLD, Decision.RESEND}:
        raise typer.BadParameter("is hold or resend", param_hint="--policy")
    if events and transport != "sendgrid":
        raise typer.BadParameter("only SendGrid tells by events", param_hint="--events")
    proof = Proof(
        seed=seed,
        kills=kills,
        transport=transport,
        database=database,
        policy=Decision(policy),
        readers=readers,
        faults=faults,
        events=events,
        seconds=seconds,
    )
    total = prove(proof)
    failures = total.failures()
    if json:
        as_json(total.told())
    else:
        line(f"{total.kills} kills in {total.rounds} rounds, {total.recipients} readers")
        where = ", ".join(f"{count} in {step}" for step, count in total.killed_in.items())
        line(f"  killed: {where or 'nobody'}")
        line(f"  accepted {total.accepted}, excluded {total.excluded}, refused {total.refused}")
        line(
            f"  lost {total.lost}, twice {total.duplicates}, in doubt {total.doubtful} (all listed)"
        )
        line(
            f"  at work again after {total.resume_median:.2f} s, at most {total.resume_longest:.2f}"
        )
        for failure in failures:
            line(f"  MISSED: {failure}")
    if failures:
        raise typer.Exit(ExitCode.ERROR)
