"""Labelled news for measuring, and B-cubed (Bagga and Baldwin 1998). The data is never copied."""

import json
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from digest.curate.similarity import Text
from tests.parts import SHARED_DATA


def rows(path: str) -> Iterator[dict[str, Any]]:
    """The rows of one file of the evaluation data."""
    with (SHARED_DATA / path).open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def ecb() -> list[tuple[Text, str]]:
    """Articles with the event each tells of; two look-alike events a topic."""
    return [
        (Text(title=row["sentences"][0], body=" ".join(row["sentences"][1:])), row["cluster"])
        for row in rows("ecbplus/dev.jsonl")
    ]


def uci() -> list[tuple[Text, str]]:
    """Headlines alone, with the story each belongs to."""
    return [(Text(title=row["title"]), row["story"]) for row in rows("uci-aggregator/dev.jsonl")]


@dataclass(frozen=True, slots=True)
class Bcubed:
    """Precision and recall, each item's own, averaged."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        return 2 * self.precision * self.recall / (self.precision + self.recall)

    def __str__(self) -> str:
        return f"F1 {self.f1:.4f} (P {self.precision:.3f} / R {self.recall:.3f})"


def bcubed(found: Sequence[Hashable], gold: Sequence[Hashable]) -> Bcubed:
    """How well the groups ``found`` match ``gold``."""
    both, ours, theirs = Counter(zip(found, gold, strict=True)), Counter(found), Counter(gold)
    total = len(gold)
    return Bcubed(
        sum(count * count / ours[one] for (one, _), count in both.items()) / total,
        sum(count * count / theirs[other] for (_, other), count in both.items()) / total,
    )
