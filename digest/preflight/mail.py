"""A mail as it would go out, and what it is measured against."""

from collections.abc import Iterator
from dataclasses import dataclass

from digest.model import Block, Card, VariantContent
from digest.render.clean import web_url
from digest.render.utm import tagged


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail to a reader made up for the purpose: nobody's links to leave and to choose."""

    content: VariantContent
    subject: str
    preheader: str
    html: str
    text: str
    leave_url: str
    preferences_url: str
    #: where it stands on the web; empty: nowhere
    web_url: str = ""
    #: the whole message as it would go over the wire
    raw: bytes = b""
    #: why ``raw`` could not be built
    unbuilt: str = ""

    def texts(self) -> Iterator[tuple[str, str]]:
        """All that sources and editors wrote: where it stands, and the words."""
        yield "subject", self.subject
        yield "preheader", self.preheader
        yield "edition’s name", self.content.edition_name
        for section in self.content.sections:
            yield "section title", section.title
            if section.block is not None:
                yield from _block_texts(section.block)
            for card in section.cards:
                name = shortened(card.headline)
                yield f"headline “{name}”", card.headline
                yield f"standfirst of “{name}”", card.standfirst
                yield f"kicker of “{name}”", card.kicker
                yield f"byline of “{name}”", card.byline
                yield f"source of “{name}”", card.source
                if card.image is not None:
                    yield f"picture’s text of “{name}”", card.image.alt
                for more in card.more:
                    yield f"more on “{name}”", more.headline
                    yield f"source of more on “{name}”", more.source

    def link(self, card: Card) -> str:
        """Where a card's link leads; empty where its address is unusable."""
        return tagged(web_url(card.url), self.content.utm)

    def urls(self) -> Iterator[str]:
        """All addresses that sources and editors gave."""
        for block in self.content.blocks:
            yield from filter(None, (block.url, block.image))
        for card in self.content.cards:
            yield card.url
            yield from (more.url for more in card.more)
            if card.image is not None:
                yield card.image.url


def _block_texts(block: Block) -> Iterator[tuple[str, str]]:
    name = shortened(block.title or block.text)
    yield f"title of block “{name}”", block.title
    yield f"text of block “{name}”", block.text
    yield f"label of block “{name}”", block.label
    yield f"picture’s text of block “{name}”", block.alt


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """What a newsroom's mail is measured against. Hosts are lower case; ``*.`` means all below."""

    #: of the newsroom and its sources: pictures may come from there and from hosts below
    own_hosts: frozenset[str] = frozenset()
    #: further hosts that readers must not be sent to
    staging_hosts: tuple[str, ...] = ()
    #: hosts that are for readers although they do not look it
    live_hosts: tuple[str, ...] = ()
    #: further hosts that pictures may come from
    picture_hosts: tuple[str, ...] = ()
    #: what carries the mail: ``outbox``, ``smtp`` and ``sendgrid``
    transports: frozenset[str] = frozenset({"outbox"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an address answered when it was tried."""

    #: the HTTP status; 0: nothing was answered
    status: int = 0
    #: why nothing was
    problem: str = ""
    #: the media type, lower case
    kind: str = ""
    #: how many bytes it holds; None: it did not say
    size: int | None = None


def shortened(text: str, longest: int = 60) -> str:
    """Enough of ``text`` to know it by."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
