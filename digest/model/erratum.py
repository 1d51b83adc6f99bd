"""An erratum: what was wrong in a story that readers have, and what is right."""

from dataclasses import dataclass

from digest.ids import IssueId, StoryId


@dataclass(frozen=True, slots=True, kw_only=True)
class Erratum:
    """Told by a letter to the readers whose mail held the story, and above its web copies."""

    #: the issue that held it
    of_issue: IssueId
    story: StoryId
    #: as readers have it
    headline: str
    url: str
    wrong: str
    right: str
