"""The newsroom of the soak: five editions, sources that bring news every day, readers by rule."""

import json
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from digest.app import App
from digest.config import load
from digest.protocols import Clock
from digest.store.engine import writing

#: a Sunday, so that a month has a day of each kind before and after
FIRST = datetime(2026, 11, 1, tzinfo=UTC)
DAILY = frozenset(range(1, 8))


@dataclass(frozen=True, slots=True)
class Told:
    """An edition, and which readers have it: those whose number ends in one of ``digits``."""

    slug: str
    zone: str
    time: str
    days: frozenset[int]
    digits: frozenset[int]


EDITIONS = (
    Told("morning", "Europe/Berlin", "06:00", DAILY, frozenset({0, 1, 2, 3})),
    Told("asia", "Asia/Kolkata", "07:00", DAILY, frozenset({4})),
    Told("evening", "America/New_York", "17:30", frozenset(range(1, 6)), frozenset({3, 5, 6})),
    Told("weekend", "UTC", "09:00", frozenset({6, 7}), frozenset({0, 7})),
    Told("weekly", "Africa/Nairobi", "08:00", frozenset({1}), frozenset({8, 9})),
)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: readers are imported up to here, and copied from there on
KINDS = 200
COPIES = (
    """
    WITH RECURSIVE copy (number) AS (
      SELECT 1 UNION ALL SELECT number + 1 FROM copy WHERE number < :copies
    )
    INSERT INTO subscriber (email, email_key, address_hash, name, language, joined_at, created_at)
    SELECT 'c' || number || email, 'c' || number || email_key, lower(hex(randomblob(32))),
    name, language, joined_at, created_at
    FROM copy, subscriber WHERE id <= :kinds ORDER BY number, id
    """,
    """
    INSERT INTO subscription (subscriber_id, edition, state, joined_at)
    SELECT one.id, edition, 'active', one.joined_at FROM subscriber AS one
    JOIN subscription ON subscription.subscriber_id = (one.id - 1) % :kinds + 1
    WHERE one.id > :kinds
    """,
)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often it is looked what is due: near an issue's hour, and else."""

    near: timedelta = timedelta(minutes=10)
    quiet: timedelta = timedelta(hours=1)

    def looks(self, midnight: datetime) -> list[datetime]:
        """The times of one day, in UTC."""
        day = timedelta(days=1)
        until = midnight + day
        found = {midnight + number * self.quiet for number in range(day // self.quiet)}
        for edition in EDITIONS:
            hour, minute = map(int, edition.time.split(":"))
            # In its zone two dates may fall into this day.
            for at in (midnight, until):
                local = at.astimezone(ZoneInfo(edition.zone))
                due = local.replace(hour=hour, minute=minute).astimezone(UTC)
                hours = range(-3, timedelta(hours=1) // self.near + 1)
                found |= {due + number * self.near for number in hours}
        return sorted(one for one in found if midnight <= one < until)


def of(edition: Told, subscriber: int) -> bool:
    """Whether a subscriber has that edition; ids begin at 1."""
    return (subscriber - 1) % 10 in edition.digits


@dataclass(frozen=True, slots=True)
class Place:
    """A folder with a newsroom in it."""

    folder: Path
    sources: int

    def write(self) -> None:
        """config.toml and its secrets."""
        secrets = self.folder / ".secrets"
        secrets.mkdir(mode=0o700)
        (secrets / "web__signing_keys").write_text(f"k1:{'c4' * 32}\n", "ascii")
        (secrets / "web__pepper").write_text("c5" * 32, "ascii")
        told = ['[newsroom]\nname = "The Soak"\npostal_address = "1 Long Road"']
        told.append("[gather]\nevery_minutes = 180\n[retention]\nevents = 30")
        told.extend(
            f'[[sources]]\nname = "s{number}"\nkind = "feed"\npath = "s{number}.json"'
            for number in range(self.sources)
        )
        for one in EDITIONS:
            days = ", ".join(f'"{_WEEKDAYS[day - 1]}"' for day in sorted(one.days))
            told.append(
                f'[[editions]]\nslug = "{one.slug}"\nname = "{one.slug.title()}"\n'
                f'zone = "{one.zone}"\ntime = "{one.time}"\nweekdays = [{days}]\n'
                'send_by_minutes = 240\narchive = true\n[[editions.sections]]\ntake = "latest"\n'
                "maximum = 8"
            )
        (self.folder / "config.toml").write_text("\n".join(told) + "\n")

    def app(self, clock: Clock) -> App:
        """The newsroom's digest, as a new process makes it."""
        return App(load(self.folder / "config.toml"), clock)

    def enrol(self, app: App, readers: int, now: datetime) -> int:
        """Bring the readers in; returns how many there are: a multiple of 200."""
        rows = [
            f"r{number}@example.org,"
            + ";".join(one.slug for one in EDITIONS if of(one, number + 1))
            + ",form,2026-01-01"
            for number in range(KINDS)
        ]
        text = "\n".join(("email,editions,consent_source,consent_at", *rows))
        app.people.import_csv(BytesIO(text.encode()), now=now, actor="soak")
        copies = readers // KINDS - 1
        with writing(app.engine) as connection:
            for statement in COPIES if copies > 0 else ():
                connection.execute(sa.text(statement), {"kinds": KINDS, "copies": copies})
        app.people.issue_leave_keys()
        return KINDS * (max(copies, 0) + 1)

    def news(self, day: date, dice: random.Random) -> None:
        """Each source brings two stories of the day before its last ones; some are broken."""
        for number in range(self.sources):
            items = [
                _item(number, day - timedelta(days=back), which)
                for back in range(4)
                for which in range(2)
            ]
            document = {"version": "https://jsonfeed.org/version/1.1", "title": f"Source {number}"}
            file = self.folder / f"s{number}.json"
            if dice.random() < 0.05:
                # until tomorrow nothing is there, or only the half of it
                text = json.dumps(document | {"items": items})
                file.write_text(text[: len(text) // 2] if dice.random() < 0.5 else "")
            else:
                file.write_text(json.dumps(document | {"items": items}))


def _item(source: int, day: date, which: int) -> dict[str, str]:
    words = random.Random(f"{source} {day} {which}")
    title = " ".join(words.choice(_WORDS) for _ in range(6)).capitalize()
    at = datetime(day.year, day.month, day.day, 0, 10, tzinfo=UTC)
    return {
        "id": f"{source}-{day}-{which}",
        "url": f"https://example.org/{source}/{day}/{which}/",
        "title": f"{title} {source}",
        "summary": " ".join(words.choice(_WORDS) for _ in range(25)).capitalize() + ".",
        "date_published": at.isoformat(),
    }


_WORDS = (
    *("river", "bridge", "council", "market", "harvest", "school", "vote", "storm", "train"),
    *("museum", "harbour", "budget", "doctor", "forest", "union", "factory", "border", "road"),
    *("choir", "island", "theatre", "glacier", "prison", "orchard", "ferry", "tax", "library"),
    *("mine", "clinic", "stadium", "canal", "airport", "judge", "strike", "archive", "tunnel"),
)
