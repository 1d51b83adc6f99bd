"""Which countries a story is about: the places it names, weighed by where and how."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from digest.curate.gazetteer import Kind
from digest.curate.wording import CITIES, Mention, Wording

#: a name in the headline, and in the first words of the text, tells more than one far down
HEADLINE, LEAD, LEAD_WORDS = 3.0, 1.5, 60
#: "in Niger" tells where it happened
LOCATED = 1.5
#: a city where people of elsewhere meet tells little: "Cyprus talks resume in New York"
VENUE = 0.3
_MEETINGS = frozenset(
    {"talks", "meet", "meets", "met", "meeting", "summit", "conference", "negotiations"}
)
#: "three billion U.S. dollars" is a sum, wherever it is paid
_MONEY = frozenset(
    {
        "dollar", "dollars", "dlr", "dlrs", "pound", "pounds", "franc", "francs", "peso", "pesos",
        "mark", "marks", "krone", "kroner", "krona", "dinar", "dinars", "shilling", "shillings",
        "currency",
    }
)  # fmt: skip
#: a category or tag of the publisher's that is a country's name
LABEL = 3.0
#: how surely each kind of name places a story
KINDS = {
    Kind.COUNTRY: 1.0,
    Kind.DEMONYM: 0.7,
    Kind.CAPITAL: 0.8,
    Kind.STATE: 1.0,
    Kind.CITY: 1.0,
    Kind.INSTITUTION: 0.8,
    Kind.PERSON: 0.4,
    Kind.COMPANY: 0.3,
    Kind.MONEY: 0.2,
    Kind.AREA: 1.0,
}
#: countries with at least this share of the best score belong to the story too
SHARE = 0.35
#: what might speak for yet another country, in the same points
DOUBT = 1.0
#: what the publisher's own country gets on top where it is named
HOME = 2.0


@dataclass(slots=True)
class Weight:
    """What speaks for one country or area."""

    code: str
    score: float = 0.0
    mentions: int = 0
    in_headline: bool = False
    labelled: bool = False
    first: int = 0

    def found(self, name: str) -> str:
        """For a person: ``Niger: category, headline, 7 mentions``."""
        parts = ["category"] if self.labelled else []
        parts += ["headline"] if self.in_headline else []
        if self.mentions:
            parts.append(f"{self.mentions} mention{'s' * (self.mentions != 1)}")
        return f"{name}: {', '.join(parts)}"


def weigh(story: Wording, found: Iterable[Mention], labels: Iterable[str] = ()) -> list[Weight]:
    """The countries and areas named, the heaviest first; ties by first mention.

    ``labels`` are countries and areas that the publisher's categories are named after.
    """
    weights: dict[str, Weight] = {}
    for mention in found:
        weight = weights.setdefault(mention.country, Weight(mention.country, first=mention.start))
        weight.mentions += 1
        weight.in_headline |= mention.start < story.headline
        weight.score += _points(story, mention)
    for code in labels:
        weight = weights.setdefault(code, Weight(code))
        weight.labelled = True
        weight.score += LABEL
    return sorted(weights.values(), key=lambda weight: (-weight.score, weight.first))


def _points(story: Wording, mention: Mention) -> float:
    kind = mention.place.kind
    money = story.word(mention.end).lower() in _MONEY
    points = KINDS[Kind.MONEY if money else kind]
    if mention.start >= story.headline:
        points *= LOCATED if mention.located else 1.0
        return points * (LEAD if mention.start < story.headline + LEAD_WORDS else 1.0)
    if mention.located:
        meeting = any(word.lower() in _MEETINGS for word in story.words[: mention.start])
        points *= VENUE if meeting and kind in CITIES else LOCATED
    return points * HEADLINE


def sure(weights: Sequence[Weight], best: Weight) -> float:
    """How surely ``best`` is what the story is about, 0 to 1: by its lead over the others."""
    other = max((weight.score for weight in weights if weight is not best), default=0.0)
    return best.score / (best.score + other + DOUBT)


def chosen(weights: Sequence[Weight], home: str) -> list[Weight]:
    """The countries of a story, the primary first; none where too little speaks for any.

    The home country wins a close race, since a publisher's readers need no telling where they
    are; but what is not named gets nothing, and the share counts without that favour.
    """
    if not weights:
        return []
    ranked = sorted(
        weights, key=lambda weight: -(weight.score + (HOME if weight.code == home else 0.0))
    )
    least = SHARE * max(weight.score for weight in weights)
    return [weight for weight in ranked if weight.score >= least or weight is ranked[0]]
