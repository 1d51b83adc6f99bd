"""Which groups of readers may be told of apart: those that nobody can be found in. Pure."""

from collections.abc import Mapping
from functools import reduce
from operator import add

from digest.model import LEAST, Figures, Group


def parted(groups: Mapping[str, Figures], most: int) -> tuple[list[Group], Figures | None, int]:
    """Groups of which each reader is in one: those to show, and how many others there are.

    Shown are ``most`` at the most. The others are told of together, if those are a crowd as well:
    then nothing can be learnt by taking what is shown from the whole.
    """
    ranked = sorted(groups.items(), key=lambda one: (-one[1].accepted, one[0]))
    shown = [Group(name=name, figures=told) for name, told in ranked if told.accepted >= LEAST]
    hidden = [told for _, told in ranked if told.accepted < LEAST]
    others = reduce(add, hidden, Figures())
    while shown and (len(shown) > most or (hidden and others.accepted < LEAST)):
        smallest = shown.pop().figures
        hidden.append(smallest)
        others += smallest
    return shown, others if others.accepted >= LEAST else None, len(hidden)


def overlapping(groups: Mapping[str, Figures], whole: Figures) -> tuple[list[Group], int]:
    """Groups that readers may be in several of: those to show, and how many are not.

    Neither the readers in one that is shown nor those outside it are few.
    """
    shown = [
        Group(name=name, figures=told)
        for name, told in sorted(groups.items(), key=lambda one: (-one[1].accepted, one[0]))
        if told.accepted >= LEAST
        and (told.accepted == whole.accepted or whole.accepted - told.accepted >= LEAST)
    ]
    return shown, len(groups) - len(shown)
