"""Average-link clustering of a sparse likeness, by nearest-neighbour chains. Pure.

Murtagh, "A survey of recent advances in hierarchical clustering algorithms" (1983): average link
is reducible, so two clusters that are each other's nearest may be joined at once, in any order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from digest.curate.similarity import Likeness


@dataclass(frozen=True, slots=True)
class Join:
    """Two clusters, by one member of each, joined at their mean likeness."""

    likeness: float
    first: int
    second: int


@dataclass(slots=True)
class _Clusters:
    #: sums of the likeness of the members; absent is 0
    sums: Likeness
    sizes: list[int]
    #: clusters that editors keep apart
    apart: list[set[int]]
    joins: list[Join] = field(default_factory=list)

    def nearest(self, one: int, before: int, floor: float) -> int:
        """The cluster nearest to ``one``; of several ``before``, else the first; -1 for none."""
        best, highest = -1, floor * self.sizes[one]
        sizes, apart = self.sizes, self.apart[one]
        for other, total in self.sums[one].items():
            mean = total / sizes[other]
            if mean < highest or other in apart:
                continue
            if mean > highest or best < 0 or other == before or (other < best != before):
                best, highest = other, mean
        return best

    def join(self, one: int, other: int, at: float) -> int:
        """Make one cluster of two; returns its index."""
        keep, gone = sorted((one, other), key=lambda each: (-len(self.sums[each]), each))
        self.joins.append(Join(at, keep, gone))
        kept = self.sums[keep]
        for third, total in self.sums[gone].items():
            theirs = self.sums[third]
            del theirs[gone]
            if third != keep:
                kept[third] = theirs[keep] = kept.get(third, 0.0) + total
        self.sums[gone] = {}
        self.sizes[keep] += self.sizes[gone]
        for third in self.apart[gone]:
            self.apart[third] = (self.apart[third] - {gone}) | {keep}
        self.apart[keep] |= self.apart[gone]
        return keep


def average_link(
    alike: Likeness,
    *,
    floor: float,
    together: Iterable[tuple[int, int]] = (),
    apart: Iterable[tuple[int, int]] = (),
) -> list[Join]:
    """Every join at a mean likeness of ``floor`` or more.

    Pairs in ``together`` are joined first, at 1; those in ``apart`` never come into one cluster,
    unless ``together`` says so.
    """
    count = len(alike)
    clusters = _Clusters([dict(row) for row in alike], [1] * count, [set() for _ in range(count)])
    gone: dict[int, int] = {}
    for one, other in apart:
        clusters.apart[one].add(other)
        clusters.apart[other].add(one)
    for one, other in together:
        first, second = _last(gone, one), _last(gone, other)
        if first != second:
            kept = clusters.join(first, second, 1.0)
            gone[second if kept == first else first] = kept
    for start in range(count):
        _follow(clusters, start, floor)
    return clusters.joins


def _last(gone: Mapping[int, int], index: int) -> int:
    while index in gone:
        index = gone[index]
    return index


def _follow(clusters: _Clusters, start: int, floor: float) -> None:
    """From ``start`` to the nearest and on, joining each pair that is nearest both ways."""
    chain = [start]
    while chain:
        one = chain[-1]
        before = chain[-2] if len(chain) > 1 else -1
        nearest = clusters.nearest(one, before, floor)
        if nearest < 0:
            return
        if nearest != before:
            chain.append(nearest)
            continue
        sizes = clusters.sizes[one] * clusters.sizes[nearest]
        kept = clusters.join(one, nearest, clusters.sums[one][nearest] / sizes)
        del chain[-2:]
        chain = chain or [kept]


def labels(count: int, joins: Sequence[Join], floor: float) -> tuple[int, ...]:
    """For each of ``count`` items the lowest index of its cluster at ``floor``."""
    parents = list(range(count))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    for join in joins:
        if join.likeness >= floor:
            first, second = root(join.first), root(join.second)
            parents[max(first, second)] = min(first, second)
    return tuple(root(index) for index in range(count))
