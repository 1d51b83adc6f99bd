"""What is found for everybody before an audience is frozen, and written down at once."""

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from digest.curate import vary
from digest.model import Issue, Selected, Sheet, StoryId, SubscriberId
from digest.steps.parts import Parts
from digest.steps.ways import Dues
from digest.store import variants
from digest.store.engine import writing


@dataclass(slots=True)
class Frozen:
    """Who gets which variant, and when. A million readers are 18 MB."""

    readers: "array[int]" = field(default_factory=lambda: array("q"))
    variants: "array[int]" = field(default_factory=lambda: array("q"))
    dues: Dues = field(default_factory=Dues)
    #: what any reader gets, language by language and section by section
    used: dict[str, dict[str, set[StoryId]]] = field(default_factory=dict)

    def add(
        self,
        parts: Parts,
        issue: Issue,
        chunk: Collection[tuple[SubscriberId, Selected, datetime | None]],
    ) -> None:
        """Write down the variants of some readers, so that no one waits long for the database."""
        new = {vary.key(selected): selected for _, selected, _ in chunk}
        self.note(new.values())
        with writing(parts.engine) as connection:
            ids = variants.save(connection, issue.id, new)
        by_selected = {selected: ids[key] for key, selected in new.items()}
        self.readers.extend(who for who, _, _ in chunk)
        self.variants.extend(by_selected[selected] for _, selected, _ in chunk)
        self.dues.extend(at for _, _, at in chunk)

    def note(self, selected: Iterable[Selected]) -> None:
        """The sheets are to hold these."""
        for one in selected:
            held = self.used.setdefault(one.language, defaultdict(set))
            for slug, stories in one.sections:
                held[slug].update(stories)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """All that is frozen together."""

    frozen: Frozen
    sheets: Sequence[Sheet]
    left_out: Mapping[str, int] = field(default_factory=dict)
    #: how selections were coarsened, for a person; empty: they were not
    coarsened: str = ""
    #: what anybody may read of it; None: nothing
    everybodys: Selected | None = None
