"""Short ways to make values of the line for tests."""

from datetime import UTC, date, datetime, timedelta

from digest.model import (
    Alias,
    AliasKind,
    Candidate,
    Classification,
    DateGrade,
    Edition,
    GatheredSource,
    GatherStatus,
    Image,
    Issue,
    IssueId,
    IssueState,
    ParsedStory,
    PickOrigin,
    Section,
    StoredStory,
    StoryId,
    Take,
)

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)


def parsed(number: int, hours_ago: float = 1, **changes: object) -> ParsedStory:
    """A story as a source tells it."""
    told: dict[str, object] = {
        "aliases": (Alias(AliasKind.GUID, f"https://example.org/?p={number}"),),
        "url": f"https://example.org/{number}/",
        "headline": f"Headline {number}",
        "standfirst": f"Standfirst {number}",
        "published_at": NOW - timedelta(hours=hours_ago),
        "date_grade": DateGrade.EXACT,
    }
    return ParsedStory(**(told | changes))  # type: ignore[arg-type]  # a shorthand for tests


def stored(
    number: int,
    hours_ago: float = 1,
    *,
    regions: tuple[str, ...] = (),
    topics: tuple[str, ...] = (),
    image: bool = False,
) -> StoredStory:
    """A story as we keep it."""
    picture = Image(url=f"https://example.org/{number}.png", alt="A view") if image else None
    return StoredStory(
        id=StoryId(number),
        source="wire",
        version=1,
        story=parsed(number, hours_ago, image=picture),
        first_seen_at=NOW - timedelta(hours=hours_ago) + timedelta(minutes=5),
        classification=Classification(regions=regions, topics=topics),
    )


def candidate(
    number: int,
    *,
    regions: tuple[str, ...] = (),
    topics: tuple[str, ...] = (),
    pick: PickOrigin | None = None,
    fold: StoryId | None = None,
) -> Candidate:
    """A story that an issue may use; lower numbers rank first."""
    score = 1 - number / 100
    return Candidate(
        stored=stored(number, regions=regions, topics=topics),
        score=score,
        terms={"fresh": score},
        pick=pick,
        fold=fold,
    )


def gathered(*stories: ParsedStory, source: str = "wire") -> GatheredSource:
    """A poll that brought these."""
    return GatheredSource(source=source, status=GatherStatus.OK, stories=stories)


def section(slug: str, take: Take = Take.LATEST, **changes: object) -> Section:
    """A section titled like its slug."""
    told: dict[str, object] = {"slug": slug, "title": slug.capitalize(), "take": take}
    return Section(**(told | changes))  # type: ignore[arg-type]  # a shorthand for tests


def edition(*sections: Section, **changes: object) -> Edition:
    """A daily edition of the source ``wire``."""
    told: dict[str, object] = {
        "slug": "daily",
        "name": "Daily",
        "time": "06:00",
        "zone": "UTC",
        "sources": frozenset({"wire"}),
        "sections": sections,
    }
    return Edition(**(told | changes))  # type: ignore[arg-type]  # a shorthand for tests


def issue(**changes: object) -> Issue:
    """An issue being drafted."""
    told: dict[str, object] = {
        "id": IssueId(1),
        "edition": "daily",
        "local_date": date(2026, 11, 24),
        "sequence": 1,
        "scheduled_at": NOW,
        "state": IssueState.DRAFTING,
    }
    return Issue(**(told | changes))  # type: ignore[arg-type]  # a shorthand for tests
