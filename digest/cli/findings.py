"""How a person reads what preflight found."""

from collections.abc import Collection, Iterable
from textwrap import fill

from digest.cli.output import line
from digest.model import Finding, Level

_HEADS = {
    Level.BLOCK: "Keeps it from going",
    Level.WARN: "To look at",
    Level.PASS: "Looked at and well",
}


def say(findings: Iterable[Finding], allowed: Collection[str] = ()) -> None:
    """Print findings by level, the worst first; blocks of checks in ``allowed`` say so."""
    every = list(findings)
    for level, head in _HEADS.items():
        those = [finding for finding in every if finding.level is level]
        if those:
            line(head)
        for finding in those:
            taken_on = " (allowed)" if level is Level.BLOCK and finding.check in allowed else ""
            _indented(f"{finding.check:<11} {finding.why}{taken_on}", 2)
            for more in (finding.where, finding.fix):
                if more:
                    _indented(more, 14)


def _indented(text: str, indent: int) -> None:
    first, rest = " " * indent, " " * 14
    line(fill(text, 100, initial_indent=first, subsequent_indent=rest, break_long_words=False))
