"""museletter sends it: run by the Python of the peers' own environment.

It speaks to Amazon SES and Cloudflare only, so it is handed a mailer of its own kind that speaks
SMTP: one connection that stays, which is the quickest for a program that sends one by one.
"""

import asyncio
import smtplib
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace

from museletter.config import Settings
from museletter.db import ensure_secret, new_id, open_db, utcnow
from museletter.mailer import SendResult
from museletter.sender import SenderLoop
from told import Task, timed


class OverSmtp:
    """museletter's Mailer."""

    def __init__(self, port: int) -> None:
        self._server = smtplib.SMTP("127.0.0.1", port)

    async def send_email(
        self, to, subject, html, text, *, from_email, from_name="", headers=None, reply_to=""
    ):
        message = EmailMessage()
        message["From"] = f"{from_name} <{from_email}>"
        message["To"] = to
        message["Subject"] = subject
        for name, value in (headers or {}).items():
            message[name] = value
        message.set_content(text)
        message.add_alternative(html, subtype="html")
        self._server.send_message(message)
        return SendResult(message_id=to)


async def fill(task: Task, settings: Settings):
    """A list, its subscribers, and a campaign under way."""
    db = await open_db(settings.db_path)
    now, list_id, campaign = utcnow(), new_id("list"), new_id("camp")
    people = [(new_id("sub"), address) for address in task.addresses()]
    await db.execute(
        "INSERT INTO lists (id, slug, name, created_at) VALUES (?, 'daily', 'Daily', ?)",
        (list_id, now),
    )
    await db.executemany(
        "INSERT INTO subscribers (id, list_id, email, status, created_at) "
        "VALUES (?, ?, ?, 'active', ?)",
        [(who, list_id, address, now) for who, address in people],
    )
    body = "\n\n".join(f"## [{head}]({url})\n\n{text}" for head, text, url in task.stories)
    await db.execute(
        "INSERT INTO campaigns (id, list_id, subject, body_markdown, track_opens, status, "
        "recipient_count, created_at, started_at) VALUES (?, ?, ?, ?, 0, 'sending', ?, ?, ?)",
        (campaign, list_id, "Ten stories", body, task.readers, now, now),
    )
    await db.executemany(
        "INSERT INTO campaign_recipients (campaign_id, subscriber_id, email, updated_at) "
        "VALUES (?, ?, ?, ?)",
        [(campaign, who, address, now) for who, address in people],
    )
    await db.commit()
    return db


async def send(task: Task, settings: Settings) -> None:
    """Its own loop, until nothing is left, at no limited rate."""
    db = await open_db(settings.db_path)
    state = SimpleNamespace(
        db=db, settings=settings, secret=await ensure_secret(db), mailer=OverSmtp(task.port)
    )
    loop = SenderLoop(SimpleNamespace(state=state))
    while await loop.tick():
        pass
    await db.close()


async def filled(task: Task, settings: Settings) -> None:
    """Fill and close."""
    await (await fill(task, settings)).close()


def main() -> None:
    """Fill its database, then time its sender loop."""
    task = Task.read()
    settings = Settings(
        db_path=str(Path(task.folder) / "museletter.sqlite3"),
        base_url="https://news.example.org",
        from_email="digest@example.org",
        from_name="Digest",
        postal_address="1 Home Street",
        send_rate=1e9,
    )
    asyncio.run(filled(task, settings))
    timed(lambda: asyncio.run(send(task, settings)))


if __name__ == "__main__":
    main()
