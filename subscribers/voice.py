"""How the pages speak to a reader: one language's words, and the names of what there is to choose.

Languages are not this package's business: whoever serves the pages hands in the voices, and without
any they speak English.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from markupsafe import Markup, escape

from subscribers.model import Catalogue

#: an Accept-Language of a browser is far shorter
LONGEST_HEADER = 1000
_RANGE = re.compile(
    r"\s*([A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3})\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One language as the pages use it."""

    #: BCP 47, for the page's ``lang``
    language: str
    #: ``ltr`` or ``rtl``
    direction: str
    #: a text in English → in this language; one and more, and a count → the form it takes
    gettext: Callable[[str], str]
    ngettext: Callable[[str, str, int], str]
    #: ``24 November 2026``; ``A, B and C``
    date: Callable[[date], str]
    listed: Callable[[Sequence[str]], str]
    #: what there is to choose, by its names in this language
    catalogue: Catalogue
    #: every language that the pages speak → its own name
    spoken: Mapping[str, str] = field(default_factory=dict)

    def words(self) -> dict[str, object]:
        """What a template of pages may use of it. Values put into texts are escaped."""
        return {
            "language": self.language,
            "dir": self.direction,
            "_": self._said,
            "ngettext": self._counted,
            "date": self.date,
            "listed": self.listed,
            "spoken": self.spoken,
        }

    def _said(self, text: str, **values: object) -> Markup:
        return escape(self.gettext(text)) % values

    def _counted(self, one: str, more: str, count: int, **values: object) -> Markup:
        return escape(self.ngettext(one, more, count)) % values


#: languages wanted, as BCP 47 tags, best first → the voice for them
Voices = Callable[[Sequence[str]], Voice]


def marked(text: str) -> str:
    """``text`` as it is: to be translated later, where the reader's language is known."""
    return text


def english(catalogue: Catalogue) -> Voice:
    """The voice that needs no translation."""
    return Voice(
        language="en",
        direction="ltr",
        gettext=str,
        ngettext=lambda one, more, count: one if count == 1 else more,
        date=lambda day: f"{day.day} {day:%B %Y}",
        listed=_listed,
        catalogue=catalogue,
    )


def accepted(header: str) -> list[str]:
    """The languages of an Accept-Language header, best first (RFC 9110 §12.5.4)."""
    ranges = [_RANGE.fullmatch(part) for part in header[:LONGEST_HEADER].split(",")]
    wanted = [(float(one[2] or 1), one[1]) for one in ranges if one]
    return [tag for weight, tag in sorted(wanted, key=lambda it: -it[0]) if weight > 0]


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
