"""What a template sees of an editor's or a sponsor's block."""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from digest.model import Block, BlockKind, Image, Utm
from digest.render.clean import clean_line, paragraphs, web_url
from digest.render.utm import tagged
from digest.render.words import direction, text_direction

#: pictures known to be narrower, in pixels, are left out: blown up they look worse than none
_NARROWEST = 140


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockView:
    """A block as a template sees it. What it lacks is empty."""

    #: ``text`` or ``sponsor``
    kind: str
    title: str
    text: tuple[str, ...]
    label: str
    #: where it leads, and the host of that
    url: str
    host: str
    image: Image | None
    #: ``ltr`` or ``rtl``, and the side its lines start on
    dir: str
    align: str


@lru_cache(4096)
def block_view(block: Block, language: str, utm: Utm | None = None) -> BlockView:
    """A block in a mail in ``language``. A sponsor's address stays as it is: theirs to count."""
    url = web_url(block.url)
    title, label = clean_line(block.title, 300), clean_line(block.label, 120)
    text = paragraphs(block.text)
    facing = text_direction(" ".join((title, *text)), direction(language))
    return BlockView(
        kind=block.kind.value,
        title=title,
        text=text,
        label=label,
        url=url if block.kind is BlockKind.SPONSOR else tagged(url, utm),
        host=urlsplit(url).hostname or "",
        image=usable(Image(url=block.image, alt=block.alt)) if block.image else None,
        dir=facing,
        align="right" if facing == "rtl" else "left",
    )


@lru_cache(4096)
def usable(image: Image | None) -> Image | None:
    """A story's image as far as mail can show it."""
    url = web_url(image.url) if image is not None else ""
    if image is None or not url:
        return None
    if image.width is not None and image.width < _NARROWEST:
        return None
    return Image(url=url, alt=clean_line(image.alt, 400), width=image.width, height=image.height)
