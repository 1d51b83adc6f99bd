"""What each action makes of an issue's hand. Pure."""

from dataclasses import replace

from digest.curate.arrange import arranged
from digest.desk import actions, blocks, sections, stories
from digest.desk.words import line, paragraphs
from digest.model import Draft, Edition, Hand


def apply(draft: Draft, action: actions.Action, edition: Edition) -> Hand:
    """The hand after ``action`` upon ``draft``; ``edition`` is as every issue starts with it.

    Raises NotFoundError for a story, section or block that is not there, InvalidError for words
    that cannot be used and WrongStateError for a place that cannot be.
    """
    hand = draft.hand
    if isinstance(action, actions.TextAction):
        return _text(hand, action)
    if isinstance(action, actions.BlockAction):
        return blocks.apply(hand, action, edition)
    if isinstance(action, actions.ChangeSection):
        return sections.change(hand, action, edition)
    if isinstance(action, actions.OrderSections):
        return sections.order(hand, action, edition)
    return stories.apply(draft, action, arranged(edition, hand))


def _text(hand: Hand, action: actions.TextAction) -> Hand:
    match action:
        case actions.Subject(text):
            return replace(hand, subject=line(text))
        case actions.Preheader(text):
            return replace(hand, preheader=line(text))
        case actions.Note(told):
            return replace(hand, note=None if told is None else paragraphs(told))
