"""A connection on its way to readiness for mail: TLS where asked for, and the conversation."""

import ssl

from digest.deliver.transports.smtp_hello import Ask, Features, hello
from digest.deliver.transports.smtp_server import SmtpServer
from digest.deliver.transports.smtp_wire import GoneError, Reply, Wire

_NOTHING = Reply(0, b"")


class Greeting:
    """Leads ``hello`` over ``wire``. Raises as SmtpSession does."""

    def __init__(self, server: SmtpServer, wire: Wire) -> None:
        self._server = server
        self._wire = wire
        self._talk = hello(server)
        next(self._talk)
        self._secured = False
        #: whether TLS is being agreed on, before the conversation goes on
        self._securing = False
        #: what the server offers, once mail may be sent
        self.features: Features | None = None

    def woken(self) -> None:
        """The network has done something: secure the wire, or go on where that is done."""
        if not self._wire.ready:
            return
        if self._server.security == "tls" and not self._secured:
            self._secure()
        elif self._securing:
            self._securing = False
            if self._server.security == "starttls":
                self._say(_NOTHING)

    def heard(self, reply: Reply) -> None:
        """The server said this."""
        if not self._wire.ready:
            raise GoneError("spoke before TLS")
        self._say(reply)

    def _secure(self) -> None:
        context = self._server.tls or ssl.create_default_context()
        self._wire.secure(context, self._server.host)
        self._secured = self._securing = True

    def _say(self, reply: Reply) -> None:
        try:
            told = self._talk.send(reply)
        except StopIteration as done:
            self.features = done.value
            return
        if isinstance(told, Ask):
            self._secure()
        else:
            self._wire.send(told)
