"""A real SMTP server on loopback that keeps what it gets."""

import socket
import threading
from collections import Counter
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller


class Mailbox:
    """Accepts everything; a context manager."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._received: list[tuple[str, bytes]] = []
        # aiosmtpd's controller calls on its own port to start, so it must know it beforehand.
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._controller = Controller(
            self, hostname="127.0.0.1", port=self.port, data_size_limit=10_000_000
        )

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep one message for each of its recipients."""
        del server, session
        with self._lock:
            self._received += [
                (address, envelope.original_content) for address in envelope.rcpt_tos
            ]
        return "250 kept"

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._controller.stop()

    def __len__(self) -> int:
        with self._lock:
            return len(self._received)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._received.clear()

    def addresses(self) -> Counter[str]:
        """How many messages each address got."""
        with self._lock:
            return Counter(address for address, _ in self._received)

    def raw(self) -> dict[str, bytes]:
        """The last message of each address, as it came over the wire."""
        with self._lock:
            return dict(self._received)

    def texts(self) -> dict[str, str]:
        """The plain-text part of each address's message."""
        return {address: text(data) for address, data in self.raw().items()}


def text(data: bytes) -> str:
    """The plain-text part of a message."""
    mail = message_from_bytes(data, policy=default)
    assert isinstance(mail, EmailMessage)
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
