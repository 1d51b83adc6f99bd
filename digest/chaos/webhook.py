"""The server's events on their way to the newsroom: late, shuffled, and often twice."""

import json
import random
from dataclasses import dataclass, field
from pathlib import Path

from digest.app import App
from digest.chaos.record import read
from digest.deliver.hooks import sendgrid

#: of the events that could be told now, this part comes later
LATE = 0.4
#: and this part comes again
AGAIN = 0.3


@dataclass(slots=True, kw_only=True)
class Webhook:
    """Tells a newsroom what its server's record says."""

    record: Path
    dice: random.Random
    told: set[str] = field(default_factory=set)

    def post(self, app: App, *, everything: bool = False) -> None:
        """Post some of what is there, or all of it."""
        events = [
            one
            for one in read(self.record).events
            if everything or (one not in self.told and self.dice.random() >= LATE)
        ]
        events += [one for one in self.told if self.dice.random() < AGAIN]
        self.dice.shuffle(events)
        now = app.clock.now()
        heard = [sendgrid.event(json.loads(one), now) for one in events]
        app.listening.hearing.hear([one for one in heard if one is not None])
        self.told.update(events)
