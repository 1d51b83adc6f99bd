"""Wires what tells others of alerts and of a day that went well. For app.py alone."""

from collections.abc import Callable

from digest.config import Settings
from digest.protocols import Clock
from digest.steps.parts import Parts
from digest.steps.posts import Messenger


def messenger(settings: Settings, clock: Clock, parts: Callable[[], Parts]) -> Messenger:
    """What [alerts] and the editions ask for."""
    from digest.watch.posting import Poster, ask  # its client takes its time to be imported

    given = settings.alerts
    webhook, key = given.webhook.get_secret_value(), given.webhook_key.get_secret_value()
    beats = {one.slug: one.heartbeat.get_secret_value() for one in settings.editions}
    return Messenger(
        parts=parts,
        post=Poster(webhook, key.encode(), clock.now) if webhook else None,
        ask=ask,
        heartbeat=given.heartbeat.get_secret_value(),
        of_editions={slug: url for slug, url in beats.items() if url},
    )
