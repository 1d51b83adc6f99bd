"""What editors do with the blocks of an issue. Pure."""

from dataclasses import replace

from digest.desk.actions import AddBlock, BlockAction, ChangeBlock, MoveBlock, RemoveBlock
from digest.desk.words import address, line, paragraphs
from digest.errors import InvalidError, NotFoundError
from digest.model import Block, BlockKind, Edition, Hand


def apply(hand: Hand, action: BlockAction, edition: Edition) -> Hand:
    """What an action makes of the blocks."""
    match action:
        case AddBlock():
            return add(hand, action, edition)
        case ChangeBlock():
            return change(hand, action, edition)
        case MoveBlock():
            return move(hand, action, edition)
        case RemoveBlock():
            return remove(hand, action)


def add(hand: Hand, action: AddBlock, edition: Edition) -> Hand:
    """Put in a block under the next number. Raises InvalidError and NotFoundError."""
    number = max((one.id for one in hand.blocks), default=0) + 1
    block = replace(action.block, id=number)
    return replace(hand, blocks=(*hand.blocks, _fit(block, edition)))


def change(hand: Hand, action: ChangeBlock, edition: Edition) -> Hand:
    """Let a block read differently. Raises InvalidError and NotFoundError."""
    was = _of(hand, action.block.id)
    new = _fit(action.block, edition)
    return replace(hand, blocks=tuple(new if one is was else one for one in hand.blocks))


def move(hand: Hand, action: MoveBlock, edition: Edition) -> Hand:
    """Put a block behind a section, as the last there. Raises NotFoundError."""
    was = _of(hand, action.number)
    moved = _fit(replace(was, after=action.after), edition)
    return replace(hand, blocks=(*(one for one in hand.blocks if one is not was), moved))


def remove(hand: Hand, action: RemoveBlock) -> Hand:
    """Take a block out. Raises NotFoundError."""
    was = _of(hand, action.number)
    return replace(hand, blocks=tuple(one for one in hand.blocks if one is not was))


def _of(hand: Hand, number: int) -> Block:
    for one in hand.blocks:
        if one.id == number:
            return one
    raise NotFoundError(f"the issue has no block {number}")


def _fit(block: Block, edition: Edition) -> Block:
    known = [section.slug for section in edition.sections]
    if block.after and block.after not in known:
        raise NotFoundError(
            f"{edition.slug} has no section {block.after!r}", hint=f"known: {', '.join(known)}"
        )
    told = replace(
        block,
        title=line(block.title),
        text=paragraphs(block.text),
        label=line(block.label),
        alt=line(block.alt),
        url=address(block.url),
        image=address(block.image),
    )
    if not (told.title or told.text or told.image):
        raise InvalidError("a block needs a title, a text or a picture")
    if told.kind is BlockKind.SPONSOR and not told.label:
        raise InvalidError(
            "a sponsor’s block must say who pays", hint="give a label such as “Sponsored by …”"
        )
    if told.first and told.last and told.last < told.first:
        raise InvalidError(f"a block cannot run from {told.first} to {told.last}")
    return told
