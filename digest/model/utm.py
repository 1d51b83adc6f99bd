"""What links carry so that a newsroom's own statistics tell which mail a visit came from."""

from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Utm:
    """Parameters of links, as (name, value): ``("utm_source", "digest")``."""

    parameters: tuple[tuple[str, str], ...]
    #: links to these hosts carry them, ``*.`` means all below; empty: all links
    hosts: tuple[str, ...] = ()

    def of(self, edition: str, day: date) -> "Utm":
        """The same for one issue: ``{edition}`` and ``{date}`` filled in."""
        return replace(
            self,
            parameters=tuple(
                (name, value.replace("{edition}", edition).replace("{date}", day.isoformat()))
                for name, value in self.parameters
            ),
        )
