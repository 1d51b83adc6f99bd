"""Writes the sample newsroom's three sources below a folder."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from digest.sample.desk import desk
from digest.sample.feed import feed
from digest.sample.site import site
from digest.sample.story import Shape, stories


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSummary:
    """What was written."""

    folder: Path
    #: stories per source
    counts: Mapping[Shape, int]
    picks: int
    #: relative to ``folder``, sorted
    files: tuple[str, ...]

    @property
    def stories(self) -> int:
        """Stories in all three sources together."""
        return sum(self.counts.values())


def write(folder: Path, now: datetime, base_url: str, held_back: float = 0) -> SampleSummary:
    """Write ``wire/feed.xml``, ``site/*.json`` and ``desk/*.md`` below ``folder``.

    Stories of the last ``held_back`` hours are not out yet: written again without it, the newsroom
    has gone on publishing. Equal arguments give equal bytes; another ``now`` changes dates, never a
    guid, id or URL. Each file is replaced whole. Files of your own in ``desk/`` stay. Raises
    OSError when the folder cannot be written, ValueError for a ``now`` without a zone.
    """
    if now.tzinfo is None:
        raise ValueError("the sample newsroom needs an aware time, e.g. 2026-11-24T06:00:00+00:00")
    base_url = base_url.rstrip("/")
    told = (now, base_url, held_back)
    contents = {"wire/feed.xml": feed(*told)}
    contents |= {f"site/{name}.json": _json(rows) for name, rows in site(*told).items()}
    contents |= {f"desk/{name}": text for name, text in desk(*told).items()}
    for name, content in contents.items():
        _replace(folder / name, content)
    out = [story for story in stories() if story.hours_ago >= held_back]
    return SampleSummary(
        folder=folder,
        counts={shape: sum(story.source is shape for story in out) for shape in Shape},
        picks=sum(story.picked for story in out),
        files=tuple(sorted(contents)),
    )


def _json(rows: object) -> bytes:
    return json.dumps(rows, ensure_ascii=False, indent=1).encode() + b"\n"


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(content)
    os.replace(fresh, path)  # noqa: PTH105  reads as what it is: one atomic step
