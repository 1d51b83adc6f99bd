"""Ours sends it: the whole line from composing to settled, as ``digest send`` does."""

from io import BytesIO
from pathlib import Path

from digest import keys, pipeline
from digest.app import App
from digest.clock import SystemClock
from digest.config import load
from digest.logs import configure
from digest.model import IssueState
from tests.bench.peers.told import Task, timed

CONFIG = """
[newsroom]
name = "Digest"
postal_address = "1 Home Street"
[web]
public_url = "https://news.example.org"
[sending]
transport = "smtp"
from = "Digest <digest@example.org>"
reply_to = "editors@example.org"
[sending.smtp]
host = "127.0.0.1"
port = {port}
security = "none"
[[sources]]
name = "desk"
kind = "folder"
path = "stories"
[[editions]]
slug = "daily"
name = "Daily"
zone = "UTC"
  [[editions.sections]]
  take = "latest"
  maximum = 10
"""
STORY = """---
title: "{headline}"
date: {at}
url: {url}
---

{standfirst}
"""


def main() -> None:
    """Fill the database, then time the line."""
    configure(verbose=False)
    task, clock = Task.read(), SystemClock()
    folder = Path(task.folder)
    (folder / "config.toml").write_text(CONFIG.format(port=task.port))
    keys.make(folder / ".secrets")
    (folder / "stories").mkdir()
    for place, (headline, standfirst, url) in enumerate(task.stories):
        story = STORY.format(
            headline=headline, standfirst=standfirst, url=url, at=clock.now().isoformat()
        )
        (folder / "stories" / f"{place}.md").write_text(story)
    app = App(load(folder / "config.toml"), clock)
    app.migrate()
    rows = "".join(f"{address},daily,form\n" for address in task.addresses())
    app.people.import_csv(
        BytesIO(f"email,editions,consent_source\n{rows}".encode()), now=clock.now(), actor="bench"
    )
    pipeline.refresh(app.parts)
    parts = app.parts

    def send() -> None:
        issue = pipeline.send_now(parts, pipeline.today(parts, parts.edition("daily")))
        assert issue.state is IssueState.SENT, issue.reason

    timed(send)


if __name__ == "__main__":
    main()
