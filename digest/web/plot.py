"""Bars as inline SVG: no script, no style in it; a table of the same numbers stands beside it."""

from collections.abc import Sequence

from markupsafe import Markup, escape

_HEIGHT, _WIDTH, _GAP = 120, 640, 2


def bars(values: Sequence[tuple[str, float]], title: str) -> Markup:
    """One bar for each (label, value), the tallest filling the height; values are not negative."""
    highest = max((value for _, value in values), default=0) or 1
    step = _WIDTH / max(len(values), 1)
    drawn = [
        Markup('<rect x="{}" y="{}" width="{}" height="{}"><title>{}: {}</title></rect>').format(
            round(at * step, 1),
            round(_HEIGHT * (1 - value / highest), 1),
            round(max(step - _GAP, 1), 1),
            round(_HEIGHT * value / highest, 1),
            label,
            f"{value:g}",
        )
        for at, (label, value) in enumerate(values)
    ]
    return Markup(
        '<svg class="bars" viewBox="0 0 {} {}" role="img" aria-label="{}" '
        'preserveAspectRatio="none">{}</svg>'
    ).format(_WIDTH, _HEIGHT, escape(title), Markup("").join(drawn))
