"""The transport that config.toml asks for."""

from digest.config.settings import Settings
from digest.deliver.transports.outbox import Outbox
from digest.deliver.writer import MessageWriter
from digest.protocols import Transport


def build(settings: Settings) -> Transport:
    """The transport named by ``[sending] transport``."""
    return Outbox(settings.sending.outbox, MessageWriter())
