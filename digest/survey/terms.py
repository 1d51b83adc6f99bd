"""The words under which a site files its stories."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A category or a tag."""

    name: str
    #: with its parents: ``World > Asia``; the name alone where there are none or none are told
    path: str
    #: as the site's addresses write it; empty where it does not say
    slug: str = ""
    #: how many stories have it, in all or in what was seen
    count: int
