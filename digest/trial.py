"""The issue that a proposed config.toml would make: the line walked once, in a passing folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from digest import pipeline
from digest.app import App
from digest.config import load
from digest.model import Issue, VariantContent
from digest.protocols import Clock
from digest.steps.gather import GatherReport

#: above the environment, so that a trial never meets a real database or a real transport
_OVERRIDES = {
    "database.url": '"sqlite:///trial.sqlite3"',
    "sending.transport": '"outbox"',
    "sending.outbox": '"outbox"',
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What was gathered, and each edition's next issue as of now."""

    gathered: tuple[GatherReport, ...]
    issues: tuple[tuple[Issue, VariantContent], ...]


def try_out(config: str, overrides: Mapping[str, str], clock: Clock) -> Trial:
    """Gather once with the text of a config.toml and fill its next issues. Nothing stays.

    Raises ConfigError where the text is not accepted.
    """
    with TemporaryDirectory(prefix="digest-trial-") as folder:
        file = Path(folder) / "config.toml"
        file.write_text(config, encoding="utf-8")
        app = App(load(file, {**overrides, **_OVERRIDES}), clock)
        try:
            app.migrate()
            gathered = pipeline.refresh(app.parts)
            room = app.newsroom
            return Trial(
                gathered=tuple(gathered),
                issues=tuple(room.next_issue(slug, keep=False) for slug in room.slugs(None)),
            )
        finally:
            app.engine.dispose()
