"""Messages as bytes, as the transports ask for them."""

from digest.model import Message
from digest.render.message import build


class MessageWriter:
    """Writes messages; safe to share between threads.

    It remembers nothing: what can be encoded once is kept with the variant and its fragments.
    """

    def __call__(self, message: Message) -> bytes:
        """The whole message, CRLF line ends. Raises AddressError or HeaderError for it alone.

        An address beyond ASCII (``utf8_address``) stands in it in UTF-8: a transport whose way does
        not speak SMTPUTF8 must leave its reader out.
        """
        return build(message, utf8=True)
