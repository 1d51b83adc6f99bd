"""The desk: Markdown files with YAML front matter, as an editor would write them."""

from datetime import UTC, datetime

import yaml

from digest.sample.story import SampleStory, Shape, of


def desk(now: datetime, base_url: str, held_back: float = 0) -> dict[str, bytes]:
    """File name → UTF-8 Markdown."""
    told = of(Shape.DESK, now, held_back)
    return {f"{story.slug}.md": _markdown(story, now, base_url) for story in told}


def _markdown(story: SampleStory, now: datetime, base_url: str) -> bytes:
    fields: dict[str, object] = {
        "title": story.headline,
        "standfirst": story.standfirst,
        "byline": story.byline,
        "date": story.published_at(now).astimezone(UTC),
        "url": f"{base_url}/{story.slug}/",
        "categories": list(story.categories),
        "tags": list(story.tags),
        "language": story.language,
    }
    if story.picture:
        fields |= {"image": f"{base_url}/pictures/{story.picture}.png", "alt": story.alt}
    if story.pick:
        fields["pick"] = True
    head = yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=100)
    return f"---\n{head}---\n\n{story.body}\n".encode()
