"""What a send would come to, for a person."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from digest.cli.output import as_json, line, table

if TYPE_CHECKING:
    from digest.steps.plan import SendPlan


def show_plans(plans: "Sequence[SendPlan]", *, json: bool) -> None:
    """Print what each edition's send would do, and when it would be done."""
    if json:
        as_json(plans)
        return
    table(
        ("edition", "state", "stories", "variants", "messages", "requests", "left out"),
        [
            (
                one.edition,
                one.state,
                one.stories,
                one.variants,
                one.messages,
                one.requests,
                sum(one.left_out.values()),
            )
            for one in plans
        ],
    )
    for one in plans:
        late = "" if one.in_time else ", TOO LATE: the rest would expire"
        ends, send_by = f"{one.ends:%H:%M:%S} UTC", f"{one.send_by:%H:%M}{late}"
        line(
            f"  {one.edition}: done about {ends}, send-by {send_by} "
            f"({one.per_second:g} messages a second, {one.rate})"
        )
        for wave in one.waves:
            if wave.due is not None:
                line(
                    f"  {one.edition}: {wave.messages} of them at {wave.due:%Y-%m-%d %H:%M} UTC, "
                    "their readers’ hour"
                )
        if one.coarsened:
            line(f"  {one.edition}: {one.coarsened}")
