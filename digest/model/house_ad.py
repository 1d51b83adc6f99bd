"""A house advertisement: what stands among the news without being news."""

from dataclasses import dataclass

from digest.model.story import Image


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseAd:
    """A few words and a link of the newsroom's own, or of who pays it; marked as such."""

    text: str
    url: str
    image: Image | None = None
    #: whether somebody pays for it: an advertisement, by law to be called so
    paid: bool = False
    #: where its clicks are counted: ``/c/<link>``; empty: nowhere
    path: str = ""
