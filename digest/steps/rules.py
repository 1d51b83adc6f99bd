"""What an issue is made by: its edition, the names readers see, the brand and the templates.

With the draft it is all that a mail derives from. It is frozen when an issue is approved and
locked, and compared before anything goes.
"""

import hashlib
import json
from dataclasses import asdict, replace

from digest import __version__
from digest.curate import vary
from digest.model import Edition, Issue
from digest.steps import editions
from digest.steps.parts import Parts
from digest.store import hands
from digest.store.engine import reading

#: of an edition, what says when it goes and who decides, and nothing of what is in it
APART = frozenset(
    {
        "time",
        "weekdays",
        "every_weeks",
        "first_week",
        "monthly",
        "holidays",
        "reader_local",
        "first_zone",
        "when_missed",
        "approval",
        "on_no_approval",
        "review_minutes",
        "review_to",
        "last_look",
        "site_trouble",
        "lock_minutes",
        "send_by_minutes",
        "quiet_hours",
    }
)


def rules_hash(parts: Parts, issue: Issue) -> str:
    """The SHA-256 of all that ``issue`` is made by now. Raises BadTemplateError.

    Some milliseconds: the templates are read, not compiled.
    """
    with reading(parts.engine) as connection:
        hand = hands.current(connection, issue.id)
        edition = editions.shown(connection, parts, issue.edition, hand)
    languages = sorted(edition.languages or {edition.language})
    told = [
        __version__,
        parts.renderer.fingerprint(vary.template(issue, edition)),
        _told(edition),
        [[one, *sorted(parts.names(one).items())] for one in languages],
    ]
    return hashlib.sha256(json.dumps(told, default=sorted).encode()).hexdigest()


def _told(edition: Edition) -> dict[str, object]:
    # Calendars of holidays are no data; what they do to the template is told by its name.
    return {
        key: value
        for key, value in asdict(replace(edition, holidays=None)).items()
        if key not in APART
    }
