"""How readers want a mail set: in full, in larger print, as headlines or as text alone."""

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum

from digest.model import FilledSection, Layout

#: templates that set headlines alone, whatever a section's layout and the style
HEADLINES_ONLY = frozenset({"brief"})


class Style(StrEnum):
    """A way to set any edition."""

    FULL = "full"
    #: larger print in a single column
    LARGE = "large"
    HEADLINES = "headlines"
    #: no HTML part
    PLAIN = "plain"

    @property
    def single_column(self) -> bool:
        """Whether no two things stand side by side."""
        return self is Style.LARGE

    def px(self, size: int) -> str:
        """A size of type as CSS. In larger print text grows by a third, headlines by 6 pixels."""
        grown = size + min(size / 3, 6) if self is Style.LARGE else size
        return f"{round(grown)}px"

    def sections(self, given: Iterable[FilledSection], template: str) -> tuple[FilledSection, ...]:
        """The sections laid out as this style wants them, and the template."""
        if self is not Style.HEADLINES and template not in HEADLINES_ONLY:
            return tuple(given)
        return tuple(replace(section, layout=Layout.HEADLINES) for section in given)
